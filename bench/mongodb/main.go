//go:build unix

// Command mongodb runs the MongoDB that the benchmark measures weft on: the one
// that tests would get. It prints one line of JSON, {"uri","server","pid"}, and
// runs until it is interrupted or its standard input ends.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"weft/runtime/store/mongo/mongotest"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "mongodb:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: mongodb FOLDER")
	}
	server, err := mongotest.Serve(os.Args[1])
	if err != nil {
		return err
	}
	defer server.Stop()
	err = json.NewEncoder(os.Stdout).Encode(map[string]any{"uri": server.URI, "server": server.Server, "pid": server.PID})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		defer stop()
		_, _ = io.Copy(io.Discard, os.Stdin) // ends when whoever started it has ended
	}()
	<-ctx.Done()
	return nil
}
