package files_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/runtime/files"
	"weft/runtime/store/storetest/anystore"
)

// The bytes of another database's files are nobody's orphans: a server that was
// started on the wrong database does not sweep them away.
func TestAStorageBelongsToOneDatabase(t *testing.T) {
	t.Parallel()
	forEachStorage(t, func(t *testing.T, r fixture) {
		f := r.put(t, "a.txt", "mine")
		link(t, r, f)
		for range 2 {
			if _, err := r.again().Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		stranger := newFixtureWith(t, files.Options{Storage: r.storage})
		stranger.clock.add(48 * time.Hour)
		if n, err := stranger.Sweep(t.Context()); n != 0 || !errors.Is(err, files.ErrOtherOwner) {
			t.Errorf("swept %d, %v", n, err)
		}
		r.clock.add(48 * time.Hour)
		if _, err := r.Sweep(t.Context()); err != nil {
			t.Error(err)
		}
		r.holds(t, f, []byte("mine"))
		if err := stranger.ClaimOwnership(t.Context()); !errors.Is(err, files.ErrOtherOwner) {
			t.Error(err)
		}
	})
}

// A database that is not the storage's takes no bytes out of it, also not those
// of files that it knows: they may have got a record in the other one.
func TestTheStorageOfAnotherDatabaseIsLeftAlone(t *testing.T) {
	t.Parallel()
	forEachStorage(t, func(t *testing.T, r fixture) {
		f := r.put(t, "a.txt", "mine")
		p := r.begin(t, "b.txt", 10)
		if _, err := r.AppendPartial(t.Context(), p, 0, strings.NewReader("0123")); err != nil {
			t.Fatal(err)
		}
		r.sweep(t)
		copied := r.docs(t)
		delete(copied, "weft_storage")
		link(t, r, f)
		before := r.keys(t)
		other := r.restored(t, copied)
		other.clock.add(2 * files.UnlinkedRetention)
		for range 2 {
			if n, err := other.Sweep(t.Context()); n != 0 || !errors.Is(err, files.ErrOtherOwner) {
				t.Errorf("swept %d, %v", n, err)
			}
			other.clock.add(files.UnlinkedRetention + time.Minute)
		}
		if after := r.keys(t); !slices.Equal(after, before) {
			t.Errorf("left %v of %v", after, before)
		}
	})
}

// A copy takes the storage over under a name of its own; what it was copied of
// sweeps there no longer.
func TestAStorageIsTakenOver(t *testing.T) {
	t.Parallel()
	forEachStorage(t, func(t *testing.T, r fixture) {
		f := r.put(t, "a.txt", "mine")
		link(t, r, f)
		r.sweep(t)
		name, err := r.DatabaseName(t.Context())
		if owner, err2 := r.StorageOwner(t.Context()); name == "" || owner != name || err != nil || err2 != nil {
			t.Fatalf("named %q, the owner is %q, %v, %v", name, owner, err, err2)
		}
		copied := r.restored(t, r.docs(t))
		if err := copied.TakeOwnership(t.Context()); err != nil {
			t.Fatal(err)
		}
		next, err := copied.DatabaseName(t.Context())
		if owner, err2 := r.StorageOwner(t.Context()); next == name || owner != next || err != nil || err2 != nil {
			t.Fatalf("named %q, the owner is %q, %v, %v", next, owner, err, err2)
		}
		for _, node := range []fixture{r, copied} {
			node.clock.add(2 * files.UnlinkedRetention)
		}
		if _, err := r.Sweep(t.Context()); !errors.Is(err, files.ErrOtherOwner) {
			t.Errorf("the old one: %v", err)
		}
		copied.sweepAll(t)
		copied.holds(t, f, []byte("mine"))
	})
}

// Who has swept nothing yet has no name, and asking gives it none.
func TestADatabaseWithoutAName(t *testing.T) {
	t.Parallel()
	s := files.New(files.Options{Store: anystore.Open(t), Dir: filepath.Join(t.TempDir(), "files")})
	t.Cleanup(func() { _ = s.Close() })
	for range 2 {
		name, err := s.DatabaseName(t.Context())
		owner, err2 := s.StorageOwner(t.Context())
		if name != "" || owner != "" || err != nil || err2 != nil {
			t.Errorf("named %q, the owner is %q, %v, %v", name, owner, err, err2)
		}
	}
	if err := s.TakeOwnership(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.ClaimOwnership(t.Context()); err != nil {
		t.Error(err)
	}
}

// What is not weft's stays, where a bucket is shared with something else.
func TestSweepLeavesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	forEachStorage(t, func(t *testing.T, r fixture) {
		foreign := []string{"2026-report.pdf", "holiday", "probe-me", "urn:uuid:" + newKey()}
		for _, key := range append([]string{newKey(), newKey() + ".small", "probe-" + newKey()}, foreign...) {
			if err := r.storage.Put(t.Context(), key, strings.NewReader("x")); err != nil {
				t.Fatal(err)
			}
		}
		r.sweepAll(t)
		if got := r.keys(t); !slices.Equal(got, foreign) {
			t.Errorf("left %v, not %v", got, foreign)
		}
	})
}

// What the doctor asks of a storage is asked of each.
func TestProbeOfAStorage(t *testing.T) {
	t.Parallel()
	forEachStorage(t, func(t *testing.T, r fixture) {
		before := r.keys(t)
		for _, tried := range r.Probe(t.Context()) {
			if tried.Err != nil {
				t.Errorf("%s: %v", tried.Action, tried.Err)
			}
		}
		if after := r.keys(t); len(after) != len(before) {
			t.Errorf("the probe stays: %v", after)
		}
		ahead, known, err := r.ClockDifference(t.Context())
		if err != nil || known != (r.Dir() == "") || ahead.Abs() > 2*time.Second {
			t.Errorf("clock ahead by %v (known %t), %v", ahead, known, err)
		}
		if r.Location() == "" {
			t.Error("the storage has no place")
		}
	})
}

// A bucket that cannot be written to is told from the first step on.
func TestProbeOfAStorageThatRefuses(t *testing.T) {
	t.Parallel()
	bucket, err := files.NewBucket(files.S3Options{Endpoint: "http://127.0.0.1:1", Bucket: "none", AccessKey: "a", SecretKey: "b"})
	if err != nil {
		t.Fatal(err)
	}
	s := files.New(files.Options{Store: anystore.Open(t), Storage: bucket})
	if tried := s.Probe(t.Context()); len(tried) != 1 || tried[0].Action != "put" || tried[0].Err == nil {
		t.Errorf("%+v", tried)
	}
	if _, _, err := s.ClockDifference(t.Context()); err == nil {
		t.Error("a server that is not there has a clock")
	}
}
