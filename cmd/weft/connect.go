package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// organisationZone is where the day begins, until it can be set (contract: one
// organisation per store).
const organisationZone = "Asia/Shanghai"

// connect gives a client of the API: of --server, of the server that owns the
// data folder, or of the rooms opened by this process, acting as admin.
func (m *Main) connect(ctx context.Context) (*client, error) {
	if m.cli.Server != "" {
		return m.connectServer()
	}
	in, err := m.openInstance(ctx)
	var used *errInUse
	if errors.As(err, &used) {
		return m.connectRunning(ctx, used)
	}
	if err != nil {
		return nil, err
	}
	token, end, err := in.adminSession(ctx)
	if err != nil {
		return nil, err
	}
	inner := m.open.closer
	m.open.closer = func() error { end(); return inner() }
	return &client{base: "http://weft", token: token, http: &http.Client{Transport: inProcess{in.API}}}, nil
}

func (m *Main) connectServer() (*client, error) {
	if m.cli.Token == "" {
		return nil, usageError{errors.New("--server needs --token (or WEFT_TOKEN)")}
	}
	if !strings.HasPrefix(m.cli.Server, "http://") && !strings.HasPrefix(m.cli.Server, "https://") {
		return nil, usageError{fmt.Errorf("--server must be an address like https://crm.example.com, not %q", m.cli.Server)}
	}
	return &client{base: strings.TrimRight(m.cli.Server, "/"), token: m.cli.Token, http: http.DefaultClient}, nil
}

// connectRunning goes through the server that owns the folder.
func (m *Main) connectRunning(ctx context.Context, used *errInUse) (*client, error) {
	r, err := findRunning(m.cli.Data)
	if err != nil || r.PID != used.pid {
		return nil, used
	}
	c := &client{base: r.URL, token: r.Token, http: http.DefaultClient}
	if err := c.call(ctx, "GET", "/me", nil, nil); err != nil {
		return nil, fmt.Errorf("%w (the server at %s could not be asked: %v)", used, r.URL, err)
	}
	return c, nil
}

// openInstance takes the data folder and opens weft over it. A user admin that
// was made is announced, with its password if that was generated.
func (m *Main) openInstance(ctx context.Context) (*instance, error) {
	if m.cli.MongodbURI != "" {
		return nil, errors.New("this build keeps records in the embedded database only; leave out --mongodb-uri and WEFT_MONGODB_URI")
	}
	zone, err := time.LoadLocation(organisationZone)
	if err != nil {
		return nil, fmt.Errorf("time zone: %w", err)
	}
	f, err := openFolder(m.cli.Data)
	if err != nil {
		return nil, err
	}
	in, err := openInstance(ctx, instanceOptions{
		database: f.database(), files: f.files(), imports: f.imports(), zone: zone,
		adminPassword: m.Getenv("WEFT_ADMIN_PASSWORD"), synchronous: m.synchronous, wrap: m.wrapStore,
		log: slog.New(slog.NewTextHandler(m.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return nil, errors.Join(explainOpen(m.cli.Data, err), f.Close())
	}
	f.closer = in.Close
	m.open = f
	if in.Generated != "" {
		fmt.Fprintf(m.Stderr, "weft: made the user %s with the password %s (shown once)\n", adminLogin, in.Generated)
	}
	return in, nil
}
