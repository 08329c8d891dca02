package files_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weft/runtime/files"
	"weft/runtime/store"
	"weft/runtime/store/storetest/anystore"
)

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// fixture is a Service with all that is below it.
type fixture struct {
	*files.Service
	options files.Options
	store   store.Store
	storage files.Storage
	dir     string // of the folder, where the storage is one
	clock   *clock
}

// newFixture is a Service over a folder.
func newFixture(t *testing.T) fixture { return newFixtureWith(t, files.Options{}) }

func newFixtureWith(t *testing.T, o files.Options) fixture {
	t.Helper()
	r := fixture{dir: filepath.Join(t.TempDir(), "files"), clock: &clock{at: time.Now()}}
	if o.Storage == nil {
		o.Storage = files.NewFolder(r.dir)
	}
	o.Store, o.Now = anystore.Open(t), r.clock.now
	if err := o.Store.Ensure(t.Context(), files.Collections()); err != nil {
		t.Fatal(err)
	}
	r.store, r.storage, r.options, r.Service = o.Store, o.Storage, o, files.New(o)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// forEachStorage runs a test over each storage.
func forEachStorage(t *testing.T, run func(*testing.T, fixture)) {
	eachStorage(t, func(t *testing.T, s files.Storage) { run(t, newFixtureWith(t, files.Options{Storage: s})) })
}

// again is another node on the same store and storage.
func (r fixture) again() fixture { return r.with(r.options) }

// with is one with other limits.
func (r fixture) with(o files.Options) fixture {
	o.Store, o.Storage, o.Now = r.store, r.storage, r.clock.now
	r.Service = files.New(o)
	return r
}

func (r fixture) put(t *testing.T, name, body string) *files.File {
	t.Helper()
	f, err := r.Put(t.Context(), "u1", name, "", strings.NewReader(body), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// sweep is one that must go well.
func (r fixture) sweep(t *testing.T) {
	t.Helper()
	if _, err := r.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// sweepAll sweeps until what nothing knows is gone: it is seen first, and taken
// away a day later.
func (r fixture) sweepAll(t *testing.T) {
	t.Helper()
	for range 2 {
		r.clock.add(files.UnlinkedRetention + time.Minute)
		r.sweep(t)
	}
}

// holds checks what lies under a file.
func (r fixture) holds(t *testing.T, f *files.File, body []byte) {
	t.Helper()
	in, _, err := r.Open(t.Context(), f.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if got, err := io.ReadAll(in); err != nil || !bytes.Equal(got, body) {
		t.Errorf("file %s has %d bytes, not those %d, %v", f.ID, len(got), len(body), err)
	}
}

// keys are all keys of the storage but the one that says whose it is.
func (r fixture) keys(t *testing.T) []string {
	t.Helper()
	return slices.DeleteFunc(keys(t, r.storage, ""), func(key string) bool { return key == "owner" })
}

// blobs lists everything that lies in the folder but the word whose it is.
func (r fixture) blobs(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(r.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "owner" {
			names = append(names, path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func link(t *testing.T, r fixture, f *files.File) {
	t.Helper()
	ops, err := files.LinkOps([]files.File{*f}, "deal", "r1", "contract")
	if err != nil {
		t.Fatal(err)
	}
	commit(t, r, ops)
}

func commit(t *testing.T, r fixture, ops []store.Op) {
	t.Helper()
	if err := r.store.Commit(context.WithoutCancel(t.Context()), &store.Batch{Ops: ops}); err != nil {
		t.Fatal(err)
	}
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }
