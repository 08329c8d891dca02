//go:build unix

package sqlite

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"weft/runtime/store"
)

// R16: the folder is open to others, the files of the database are not.
func TestOnlyTheOwnerCanReadTheDatabase(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o022))
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "weft.db")
	var log bytes.Buffer
	open := func() *Store {
		s, err := Open(t.Context(), path, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Ensure(t.Context(), leads()); err != nil {
			t.Fatal(err)
		}
		return s
	}
	check := func(when string) {
		t.Helper()
		for _, name := range append(Files(path), path+".lock") {
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %s has the mode %v", when, filepath.Base(name), info.Mode().Perm())
			}
		}
	}
	s := open()
	write(t, s, lead(1, "new"))
	check("a new file")
	if log.Len() > 0 {
		t.Errorf("a new file was reported: %s", log.String())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	s = open()
	write(t, s, store.Op{Kind: store.Delete, Collection: "lead", Doc: store.Doc{ID: lead(1, "").Doc.ID}})
	check("an older file")
	if !strings.Contains(log.String(), "weft.db") {
		t.Errorf("the change was not reported: %q", log.String())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
