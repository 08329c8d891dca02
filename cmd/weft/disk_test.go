package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// run runs a command on a data folder and gives its exit status and what it said.
func run(t *testing.T, dir string, args ...string) (status int, out string) {
	t.Helper()
	var text bytes.Buffer
	m := &Main{
		Args: append(args, "--data", dir), Stdin: strings.NewReader(""), Stdout: &text, Stderr: &text,
		Getenv: func(name string) string { return map[string]string{"WEFT_ADMIN_PASSWORD": crashPassword}[name] },
	}
	status = m.Main(t.Context())
	return status, text.String()
}

// R-15, D: a full disk refuses writes with storage_full, keeps reading, loses
// nothing, and recovers when there is space again.
func TestFullDiskIsSaidAndLosesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=12m"); err != nil {
		t.Skipf("tmpfs cannot be mounted here (%v): the full disk is not tested on this machine", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	data := filepath.Join(dir, "data")
	if status, out := run(t, data, "template", "install", "opportunity-pipeline"); status != 0 {
		t.Fatal(out)
	}
	s := startCrashServer(t, data, "")
	t.Cleanup(s.kill)
	api := &client{base: s.url, token: s.token, http: newHTTPClient()}
	first, err := api.createDeal(t.Context(), "before")
	if err != nil {
		t.Fatal(err)
	}
	acks := []ack{first}
	fill(t, filepath.Join(dir, "ballast"))
	var refused *problemError
	for n := 0; refused == nil && n < 20000; n++ {
		a, err := api.createDeal(t.Context(), fmt.Sprintf("full%d", n))
		if err == nil {
			acks = append(acks, a)
		} else if !errors.As(err, &refused) {
			t.Fatalf("the answer is no problem: %v", err)
		}
	}
	if refused == nil || refused.Status != 507 || refused.Code != "storage_full" {
		t.Fatalf("a full disk answered %+v, want 507 storage_full", refused)
	}
	var read map[string]any
	if err := api.call(t.Context(), "GET", "/records/opportunity/"+first.id, nil, &read); err != nil {
		t.Errorf("reading on a full disk: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "ballast")); err != nil {
		t.Fatal(err)
	}
	a, err := api.createDeal(t.Context(), "after")
	if err != nil {
		t.Fatalf("with space again, a write is refused: %v", err)
	}
	s.kill()
	if lost, torn := verifyFile(t, filepath.Join(data, databaseName), append(acks, a)); len(lost)+len(torn) > 0 {
		t.Errorf("lost %v, torn %v", lost, torn)
	}
}

// fill writes until the disk is full.
func fill(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	for err == nil {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

func TestReadOnlyFolderIsSaid(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=32m"); err != nil {
		t.Skipf("tmpfs cannot be mounted here (%v): the read-only mount is not tested on this machine", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	data := filepath.Join(dir, "data")
	if status, out := run(t, data, "template", "install", "opportunity-pipeline"); status != 0 {
		t.Fatal(out)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	status, out := run(t, data, "template", "list")
	if status != exitFailed || !strings.Contains(out, "cannot be written") || strings.Count(strings.TrimSpace(out), "\n") > 0 {
		t.Errorf("status %d, said %q; want one sentence that it cannot be written to", status, out)
	}
}

func TestCorruptDatabaseIsSaid(t *testing.T) {
	for name, fault := range map[string]func([]byte) []byte{
		"garbage":   func([]byte) []byte { return bytes.Repeat([]byte("not a database"), 1000) },
		"truncated": func(b []byte) []byte { return b[:len(b)/2] },
		"a torn page": func(b []byte) []byte {
			for i := 4096; i < 8192 && i < len(b); i++ {
				b[i] = 0xff
			}
			return b
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := crashFolder(t)
			path := filepath.Join(dir, databaseName)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			damaged := fault(append([]byte(nil), content...))
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			status, out := run(t, dir, "doctor")
			if status != exitFailed || !strings.Contains(strings.ToLower(out), "damaged") {
				t.Errorf("status %d, said %q; want it said that the database is damaged", status, out)
			}
		})
	}
}

// Two processes on one folder: the second gets a sentence, the first goes on.
func TestSecondServerIsRefusedWithASentence(t *testing.T) {
	dir := crashFolder(t)
	s := startCrashServer(t, dir, "")
	t.Cleanup(s.kill)
	status, out := run(t, dir, "serve", "--listen", "127.0.0.1:0")
	if status != exitFailed || !strings.Contains(out, "in use by another weft process") {
		t.Errorf("status %d, said %q", status, out)
	}
	api := &client{base: s.url, token: s.token, http: newHTTPClient()}
	if _, err := api.createDeal(context.Background(), "still-here"); err != nil {
		t.Errorf("the first server no longer works: %v", err)
	}
	if status, out := run(t, dir, "user", "add", "li.wei", "--name", "李伟", "--password", "a-long-password"); status != 0 {
		t.Errorf("a command beside the server: status %d, %s", status, out)
	}
}
