package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	_ "time/tzdata" // zones must not depend on the machine

	"weft/runtime/api"
	"weft/runtime/startstop"
)

type serveCmd struct {
	Listen         string    `help:"Address to listen on." default:"127.0.0.1:8520" variable:"WEFT_LISTEN"`
	TrustedProxies addresses `help:"Addresses or networks of proxies, separated by commas, whose X-Forwarded-For and X-Forwarded-Proto are believed." placeholder:"LIST" variable:"WEFT_TRUSTED_PROXIES"`
	OpenEgress     addresses `help:"Addresses or networks inside, separated by commas, that triggers and scripts may call all the same." placeholder:"LIST" variable:"WEFT_OPEN_EGRESS"`
	WriteQuota     byteSize  `help:"How much a user may write in a minute, imports and uploads aside; 0 for no limit." default:"100MiB" placeholder:"SIZE" variable:"WEFT_WRITE_QUOTA"`
}

// How long requests in flight may take, and the pauses between two tries
// to open a database that does not answer.
const (
	shutdownTimeout = 25 * time.Second
	openPauseFirst  = 100 * time.Millisecond
	openPauseMost   = time.Second
	// renewSessionEvery is well below the life of a session.
	renewSessionEvery = 12 * time.Hour
)

// Run serves until ctx ends, then finishes what is in flight.
func (c *serveCmd) Run(ctx context.Context, m *Main) error {
	if m.cli.Server != "" {
		return usageError{errors.New("serve runs a server of its own; it does not take --server")}
	}
	if err := m.takeFolder(m.cli.MongodbURI != ""); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", c.Listen, err)
	}
	s := &serverProcess{Main: m, url: "http://" + listener.Addr().String()}
	server := api.HTTPServer(listener.Addr().String(), &s.handler)
	working, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener); stop() }()
	err = errors.Join(s.work(working), shutDown(server))
	if end := <-served; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(fmt.Errorf("serve: %w", end), err)
	}
	return err
}

// shutDown lets requests in flight end.
func shutDown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("stop: %w", err), server.Close())
	}
	return nil
}

// serverProcess is a running server.
type serverProcess struct {
	*Main
	url     string
	handler api.StartupHandler
}

// work opens the app for the listener and runs the background work, until ctx ends.
func (s *serverProcess) work(ctx context.Context) error {
	in, session, err := s.openWithRetries(ctx)
	if in == nil {
		return err
	}
	defer session.end()
	if err := s.open.announce(serverAddress{PID: os.Getpid(), URL: s.url, Token: session.token}); err != nil {
		return err
	}
	defer s.open.withdraw()
	s.serving.Store(true)
	s.handler.Ready(in.API)
	defer in.API.Drain() // not ready from now on; sockets are told to come back
	if err := s.print(map[string]any{"url": s.url, "login": adminLogin}, "weft "+Version+" serves "+s.url); err != nil {
		return err
	}
	renewal := startstop.NewPeriodic(startstop.Period{
		Name: "session of commands", RunOnce: func(ctx context.Context) error { return s.renewSession(ctx, in) },
		Every: cmp.Or(s.sessionEvery, renewSessionEvery), First: cmp.Or(s.sessionEvery, renewSessionEvery), Logger: in.log,
	})
	renewal.Start()
	defer renewal.Stop()
	in.runBackground(ctx, s.url)
	return nil
}

// renewSession announces a new session before the present one expires. That one
// stays: a command may be using it.
func (s *serverProcess) renewSession(ctx context.Context, in *node) error {
	session, err := in.adminSession(ctx)
	if err != nil {
		return err
	}
	return s.open.announce(serverAddress{PID: os.Getpid(), URL: s.url, Token: session.token})
}

// openWithRetries opens the app as soon as its database answers; nothing and
// no error when ctx ends first. A database that weft cannot work with is an error.
func (s *serverProcess) openWithRetries(ctx context.Context) (*node, *adminSession, error) {
	told := false
	for pause := openPauseFirst; ; pause = min(2*pause, openPauseMost) {
		in, session, err := s.openOnce(ctx)
		var away *unreachableError
		if !errors.As(err, &away) || ctx.Err() != nil {
			return in, session, unlessEnded(ctx, err)
		}
		if !told {
			fmt.Fprintf(s.Stderr, "weft: %s; %s is not ready and tries again until it can\n", sentence(err), s.url)
			told = true
		}
		select {
		case <-ctx.Done():
			return nil, nil, nil
		case <-time.After(pause):
		}
	}
}

// openOnce opens the app and a session of admin in it.
func (s *serverProcess) openOnce(ctx context.Context) (*node, *adminSession, error) {
	in, err := s.openNode(ctx)
	if err != nil {
		return nil, nil, err
	}
	session, err := in.adminSession(ctx)
	if err != nil {
		return nil, nil, errors.Join(s.explainOpen(err), s.open.closeContents())
	}
	return in, session, nil
}

// unlessEnded ignores errors that the end of ctx caused.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
