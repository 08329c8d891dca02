package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"weft/runtime/store/sqlite"
)

type doctorCmd struct{}

// finding is the result of one check.
type finding struct {
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	Text  string `json:"text"`
}

// minFreeBytes leaves room for a write-ahead log and a backup.
const minFreeBytes = 256 << 20

// Run checks everything it can and fails when something needs attention.
func (c *doctorCmd) Run(ctx context.Context, m *Main) error {
	if m.cli.Server != "" {
		return m.examineServer(ctx)
	}
	if _, err := os.Stat(m.cli.Data); err != nil && m.cli.MongodbURI == "" {
		return fmt.Errorf("there is no data folder %s; weft serve makes one", m.cli.Data)
	}
	before := readableByOthers(m.cli.Data)
	in, err := m.openDataFolder(ctx)
	findings := []finding{m.examineSpace(), examinePermissions(before, readableByOthers(m.cli.Data))}
	var used *errInUse
	switch {
	case errors.As(err, &used):
		return m.examineRunning(ctx, used, findings)
	case err != nil:
		findings = append(findings, finding{Check: "open", Text: sentence(err)})
	default:
		findings = append(findings, in.examine(ctx)...)
	}
	return m.report(findings)
}

func (m *Main) report(findings []finding) error {
	var lines []string
	bad := 0
	for _, f := range findings {
		mark := "ok      "
		if !f.OK {
			mark, bad = "PROBLEM ", bad+1
		}
		lines = append(lines, mark+f.Check+": "+f.Text)
	}
	if err := m.print(findings, strings.Join(lines, "\n")); err != nil {
		return err
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d checks found a problem", bad, len(findings))
	}
	return nil
}

func (m *Main) examineSpace() finding {
	var s syscall.Statfs_t
	if err := syscall.Statfs(m.cli.Data, &s); err != nil {
		return finding{Check: "disk", Text: err.Error()}
	}
	free := uint64(s.Bavail) * uint64(s.Bsize)
	f := finding{Check: "disk", OK: free >= minFreeBytes, Text: fmt.Sprintf("%d MiB free", free>>20)}
	if !f.OK {
		f.Text += fmt.Sprintf("; free at least %d MiB, or writes will be refused soon", minFreeBytes>>20)
	}
	return f
}

// examineRunning asks the server that owns the folder.
func (m *Main) examineRunning(ctx context.Context, used *errInUse, findings []finding) error {
	if _, err := m.connectRunning(ctx, used); err != nil {
		return m.report(append(findings, finding{Check: "server", Text: sentence(err)}))
	}
	return m.report(append(findings, finding{Check: "server", OK: true,
		Text: fmt.Sprintf("runs on this folder (pid %d) and answers; stop it to have the database file checked", used.pid)}))
}

func (m *Main) examineServer(ctx context.Context) error {
	c, err := m.connectServer()
	if err != nil {
		return err
	}
	if err := c.call(ctx, "GET", "/me", nil, nil); err != nil {
		return err
	}
	return m.report([]finding{{Check: "server", OK: true, Text: m.cli.Server + " answers and accepts the token"}})
}

// examine checks the database, the definitions and the attachments.
func (n *node) examine(ctx context.Context) []finding {
	out := n.examineDatabase(ctx)
	m := n.Current.Model()
	out = append(out, finding{Check: "definitions", OK: true, Text: fmt.Sprintf("version %d, %d entities", m.Version, len(m.Entities))})
	for _, w := range m.Warnings { // slow at worst, so not a problem
		out = append(out, good("definitions", "%s: %s", w.Path, w.Message("en")))
	}
	return append(out, n.examineFiles(ctx)...)
}

// good and bad make findings; a bad one says what to do.
func good(check, format string, args ...any) finding {
	return finding{Check: check, OK: true, Text: fmt.Sprintf(format, args...)}
}

func bad(check, format string, args ...any) finding {
	return finding{Check: check, Text: fmt.Sprintf(format, args...)}
}

// checkDatabase opens a database file, checks all of it and closes it.
func checkDatabase(ctx context.Context, path string) error {
	db, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return err
	}
	return errors.Join(db.CheckIntegrity(ctx), db.Close())
}
