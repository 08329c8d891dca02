package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	_ "time/tzdata" // zones must not depend on the machine

	"weft/runtime/api"
)

type serveCmd struct {
	Listen string `help:"Address to listen on." default:"127.0.0.1:8520"`
}

// shutdownTimeout is how long requests in flight may take to end.
const shutdownTimeout = 25 * time.Second

// Run serves until ctx ends, then finishes what is in flight.
func (c *serveCmd) Run(ctx context.Context, m *Main) error {
	if m.cli.Server != "" {
		return usageError{errors.New("serve runs a server on --data; it does not take --server")}
	}
	in, err := m.openInstance(ctx)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", c.Listen, err)
	}
	token, end, err := in.adminSession(ctx)
	if err != nil {
		return err
	}
	defer end()
	address := "http://" + listener.Addr().String()
	if err := m.open.announce(running{PID: os.Getpid(), URL: address, Token: token}); err != nil {
		return err
	}
	defer m.open.withdraw()
	if err := m.print(map[string]any{"url": address, "login": adminLogin}, "weft "+Version+" serves "+address); err != nil {
		return err
	}
	working, stop := context.WithCancel(ctx)
	var upkeep sync.WaitGroup
	upkeep.Go(func() { in.upkeep(working) })
	err = serve(ctx, in, listener)
	stop()
	upkeep.Wait()
	return err
}

func serve(ctx context.Context, in *instance, listener net.Listener) error {
	server := api.HTTPServer(listener.Addr().String(), in.API)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	in.API.Drain() // not ready from now on; sockets are told to come back
	stop, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(stop); err != nil {
		return errors.Join(fmt.Errorf("stop: %w", err), server.Close())
	}
	return nil
}
