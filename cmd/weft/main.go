// Command weft runs the platform: the server, and the commands of an
// administrator. It is the only place that reads the environment.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"weft/runtime/script"
	"weft/runtime/store"
)

// Version of this build; set by the linker in releases.
var Version = "0.1.0-dev"

func main() {
	script.RunIfRunner()
	ctx, stop := signalContext()
	m := &Main{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv}
	status := m.Main(ctx)
	stop()
	os.Exit(status)
}

// signalContext ends when the process is asked to stop.
func signalContext() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}

// Main is one run of the command. Tests start the real program with it.
type Main struct {
	Args           []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string

	cli    cli
	parsed *kong.Context
	open   *folder // the data folder, while this process owns it
	// serving is set while requests are answered.
	serving atomic.Bool
	// wrapStore, synchronous and writeConcern are set by tests that break the store on purpose.
	wrapStore    func(store.Store) store.Store
	synchronous  string
	writeConcern string
	// mongodbTimeout is how long MongoDB may be unresponsive, 0 for the default;
	// tests on busy machines wait longer.
	mongodbTimeout time.Duration
	// sessionEvery is how often a server renews the session of commands on its
	// data folder, 0 for the default.
	sessionEvery time.Duration
}

// Exit statuses of the contract.
const (
	exitOK = iota
	exitFailed
	exitUsage
)

// usageError marks a wrong use: exit status 2.
type usageError struct{ error }

// Main parses, runs and closes, and says the exit status.
func (m *Main) Main(ctx context.Context) int {
	m.Stderr = redactingWriter{m.Stderr}
	err := m.ParseFlags()
	if err == nil && m.parsed != nil {
		err = m.Run(ctx)
	}
	if closeErr := m.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(m.Stderr, "weft: "+sentence(err))
	var use usageError
	if errors.As(err, &use) {
		return exitUsage
	}
	return exitFailed
}

// ParseFlags reads the arguments; flags may stand before or after them. After
// --help there is nothing to run.
func (m *Main) ParseFlags() error {
	helped := false
	parser, err := kong.New(&m.cli,
		kong.Name("weft"),
		kong.Description("Forms and workflows for a company: entities, stages, rights and records, in one program."),
		kong.Writers(m.Stdout, m.Stderr),
		kong.Exit(func(int) { helped = true }),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Resolvers(m.fromEnvironment()),
		kong.PostBuild(func(k *kong.Kong) error { nameVariables(k.Model); return nil }),
	)
	if err != nil {
		return fmt.Errorf("command line: %w", err)
	}
	args := m.Args
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if helped {
		return nil
	}
	if err != nil {
		return usageError{fmt.Errorf("%w; see weft --help", err)}
	}
	m.parsed = parsed
	return nil
}

// Run does the command.
func (m *Main) Run(ctx context.Context) error {
	m.parsed.BindTo(ctx, (*context.Context)(nil))
	return m.parsed.Run(m)
}

// Close unlocks the data folder.
func (m *Main) Close() error {
	if m.open == nil {
		return nil
	}
	f := m.open
	m.open = nil
	return f.Close()
}

// sentence makes one line of an error.
func sentence(err error) string {
	return redact(strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; "))
}
