package files_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"weft/crashtest/fusetest"
	"weft/runtime/files"
	"weft/runtime/problem"
)

// TestAFolderThatCannotBeFlushedKeepsNothing: R-02. The file was in place
// already, and yet it is not there for anybody, since it may be gone tomorrow.
func TestAFolderThatCannotBeFlushedKeepsNothing(t *testing.T) {
	t.Parallel()
	disk, err := fusetest.Mount(t.TempDir(), "")
	if err != nil {
		fusetest.Missing(t, err)
	}
	defer func() {
		if err := disk.Close(); err != nil {
			t.Error(err)
		}
	}()
	s := files.NewFolder(filepath.Join(disk.Dir, "files"))
	key := newKey()
	disk.Break("files/" + key[len(key)-2:])
	if err := s.Put(t.Context(), key, strings.NewReader("x")); problem.CodeOf(err) != problem.Unavailable {
		t.Errorf("got %v", err)
	}
	if in, err := s.Open(t.Context(), key); err == nil {
		t.Error("it is found")
		_ = in.Close() // or the disk is busy
	} else if !errors.Is(err, files.ErrNotStored) {
		t.Error(err)
	}
	disk.Break("")
	if err := s.Put(t.Context(), key, strings.NewReader("x")); err != nil {
		t.Error(err)
	}
	if got := keys(t, s, ""); len(got) != 1 {
		t.Errorf("stored: %v", got)
	}
	if err := s.(interface{ Close() error }).Close(); err != nil {
		t.Error(err)
	}
}
