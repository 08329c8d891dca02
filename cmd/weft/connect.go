package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/sqlite"
)

// connect gives a client of the API: of --server, of the server that owns the
// data folder, or of one opened in this process, acting as admin.
func (m *Main) connect(ctx context.Context) (*client, error) {
	if m.cli.Server != "" {
		return m.connectServer()
	}
	in, err := m.openDataFolder(ctx)
	var used *errInUse
	if errors.As(err, &used) {
		return m.connectRunning(ctx, used)
	}
	if err != nil {
		return nil, err
	}
	session, err := in.adminSession(ctx)
	if err != nil {
		return nil, m.explainOpen(err)
	}
	inner := m.open.closer
	m.open.closer = func() error { session.end(); return inner() }
	return &client{base: "http://weft", token: session.token, http: &http.Client{Transport: inProcessTransport{in.API}}, lang: m.lang()}, nil
}

// call connects and makes one call; see client.call.
func (m *Main) call(ctx context.Context, method, path string, body, out any) error {
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	return api.call(ctx, method, path, body, out)
}

func (m *Main) connectServer() (*client, error) {
	if m.cli.Token == "" {
		return nil, usageError{errors.New("--server needs --token (or WEFT_TOKEN)")}
	}
	if !strings.HasPrefix(m.cli.Server, "http://") && !strings.HasPrefix(m.cli.Server, "https://") {
		return nil, usageError{fmt.Errorf("--server must be an address like https://crm.example.com, not %q", m.cli.Server)}
	}
	return &client{base: strings.TrimRight(m.cli.Server, "/"), token: m.cli.Token, http: http.DefaultClient, lang: m.lang()}, nil
}

// connectRunning uses the server that owns the folder.
func (m *Main) connectRunning(ctx context.Context, used *errInUse) (*client, error) {
	r, err := readServerAddress(m.cli.Data)
	if err != nil || r.PID != used.pid {
		return nil, used
	}
	c := &client{base: r.URL, token: r.Token, http: http.DefaultClient, lang: m.lang()}
	if err := c.call(ctx, "GET", "/me", nil, nil); err != nil {
		return nil, fmt.Errorf("%w (the server at %s could not be asked: %v)", used, r.URL, err)
	}
	return c, nil
}

// openDataFolder locks the data folder and opens weft over it.
func (m *Main) openDataFolder(ctx context.Context) (*node, error) {
	if err := m.takeFolder(m.cli.MongodbURI != ""); err != nil {
		return nil, err
	}
	in, err := m.openNode(ctx)
	if err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return in, nil
}

// takeFolder locks the data folder for this process, alone or shared with others
// whose records are in the same MongoDB.
func (m *Main) takeFolder(shared bool) error {
	if addressPattern.MatchString(m.cli.Data) || strings.Contains(m.cli.Data, "://") {
		return usageError{errors.New("--data is a folder; a database in MongoDB is named by --mongodb-uri, and a bucket by --s3-…")}
	}
	f, err := openFolder(m.cli.Data, shared)
	if err != nil {
		return err
	}
	m.open = f
	return nil
}

// openNode opens weft over the folder that was taken. A user admin that was
// made is announced, with its password if that was generated.
func (m *Main) openNode(ctx context.Context) (*node, error) {
	storage, err := m.cli.Bucket.storage()
	if err != nil {
		return nil, err
	}
	log := m.logger()
	in, err := openNode(ctx, nodeOptions{
		open:  func(ctx context.Context) (store.Store, error) { return m.openStore(ctx, log) },
		files: m.open.files(), storage: storage,
		quota: int64(m.cli.Quota), userQuota: int64(m.cli.UserQuota), maxUpload: int64(m.cli.MaxUpload),
		proxies: m.cli.Serve.TrustedProxies, openEgress: m.cli.Serve.OpenEgress, writeQuota: m.cli.Serve.WriteQuota.orNone(),
		adminPassword: m.Getenv("WEFT_ADMIN_PASSWORD"), wrap: m.wrapStore, log: log,
	})
	if err != nil {
		return nil, m.explainOpen(err)
	}
	m.open.closer = in.Close
	if in.Generated != "" {
		fmt.Fprintln(m.Stderr, m.say("weft: 已建立用户 %s，密码为 %s（只显示这一次）", "weft: made the user %s with the password %s (shown once)", adminLogin, in.Generated))
	}
	return in, nil
}

// openStore opens where the records are.
func (m *Main) openStore(ctx context.Context, log *slog.Logger) (store.Store, error) {
	if m.cli.MongodbURI == "" {
		return sqlite.Open(ctx, m.open.database(), sqlite.Options{Synchronous: m.synchronous, Logger: log})
	}
	if _, err := os.Stat(m.open.database()); err == nil {
		return nil, errEmbeddedDatabase
	}
	return mongo.Open(ctx, m.cli.MongodbURI, mongo.Options{
		Logger: slog.New(gatedHandler{log.Handler(), &m.serving}), WriteConcern: m.writeConcern, UnresponsiveTimeout: m.mongodbTimeout,
	})
}
