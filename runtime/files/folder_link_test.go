package files_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weft/runtime/files"
)

func TestALinkLeadingOutIsNotFollowed(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	f := r.put(t, "a.txt", "mine")
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	blob := r.blobs(t)[0]
	if err := errors.Join(os.Remove(blob), os.Symlink(outside, blob)); err != nil {
		t.Fatal(err)
	}
	if in, _, err := r.Open(t.Context(), f.ID); err == nil {
		in.Close()
		t.Error("a symbolic link out of the folder was followed")
	}
}

// TestAFolderLeadingOutIsNotFollowed: S-17. Neither is written through it.
func TestAFolderLeadingOutIsNotFollowed(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	s := files.NewFolder(dir)
	key := newKey()
	if err := os.Symlink(outside, filepath.Join(dir, key[34:])); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), key, strings.NewReader("x")); err == nil {
		t.Error("written through a symbolic link")
	}
	if err := os.WriteFile(filepath.Join(outside, key), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if in, err := s.Open(t.Context(), key); err == nil {
		in.Close()
		t.Error("read through a symbolic link")
	}
	if err := s.Remove(t.Context(), key); err == nil {
		t.Error("removed through a symbolic link")
	}
	if found, err := os.ReadDir(outside); err != nil || len(found) != 1 {
		t.Errorf("outside there are %v, %v", found, err)
	}
}
