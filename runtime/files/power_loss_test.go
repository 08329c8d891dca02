package files_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"weft/crashtest/fusetest"
	"weft/runtime/files"
)

// unflushed is a folder that answers before anything is flushed.
type unflushed struct {
	files.Storage
	dir string
}

func (u unflushed) Put(_ context.Context, key string, r io.Reader) error {
	dir := filepath.Join(u.dir, key[len(key)-2:])
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, key), body, 0o600)
}

// powerLoss puts files into a folder on a disk that forgets what was not
// flushed, cuts the power meanwhile, and returns how many were acknowledged
// before and which of those are not as they were sent.
func powerLoss(t *testing.T, make func(dir string) files.Storage) (acknowledged int, lost []string) {
	t.Helper()
	disk, err := fusetest.Mount(t.TempDir(), "")
	if err != nil {
		fusetest.Missing(t, err)
	}
	defer func() {
		if err := disk.Close(); err != nil {
			t.Error(err)
		}
	}()
	s := make(filepath.Join(disk.Dir, "files"))
	body := randomBytes(70_000)
	var mu sync.Mutex
	var acks []string
	over := false
	var wg sync.WaitGroup
	enough := newSignal(100)
	for range 8 {
		wg.Go(func() {
			for {
				key := newKey()
				err := s.Put(t.Context(), key, bytes.NewReader(body))
				mu.Lock()
				if over || err != nil {
					mu.Unlock()
					return
				}
				acks = append(acks, key)
				mu.Unlock()
				enough.count()
			}
		})
	}
	select {
	case <-enough.done:
	case <-time.After(time.Minute):
	}
	mu.Lock()
	over = true
	mu.Unlock()
	image := filepath.Join(t.TempDir(), "after")
	if err := disk.Cut(image); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if c, ok := s.(io.Closer); ok {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	return len(acks), gone(t, files.NewFolder(filepath.Join(image, "files")), acks, body)
}

// gone are the keys that do not hold the body.
func gone(t *testing.T, s files.Storage, acks []string, body []byte) (lost []string) {
	t.Helper()
	for _, key := range acks {
		in, err := s.Open(t.Context(), key)
		if err != nil {
			lost = append(lost, key)
			continue
		}
		if got, err := io.ReadAll(in); err != nil || !bytes.Equal(got, body) {
			lost = append(lost, key)
		}
		_ = in.Close()
	}
	return lost
}

// signal closes done when it was counted to n.
type signal struct {
	mu   sync.Mutex
	left int
	done chan struct{}
}

func newSignal(n int) *signal { return &signal{left: n, done: make(chan struct{})} }

func (s *signal) count() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left--; s.left == 0 {
		close(s.done)
	}
}

// TestPowerLossLosesNoFile: R-02.
func TestPowerLossLosesNoFile(t *testing.T) {
	t.Parallel()
	n, lost := powerLoss(t, files.NewFolder)
	t.Logf("%d acknowledged", n)
	if n < 100 || len(lost) > 0 {
		t.Errorf("%d were acknowledged; lost %v", n, lost)
	}
}

// The disk must show that a folder which does not flush loses files.
func TestPowerLossIsSeen(t *testing.T) {
	t.Parallel()
	n, lost := powerLoss(t, func(dir string) files.Storage { return unflushed{dir: dir} })
	if len(lost) == 0 {
		t.Errorf("%d files were acknowledged without a flush, and none was missed", n)
	}
}
