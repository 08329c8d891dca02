package files_test

import (
	"errors"
	"testing"
	"time"

	"weft/runtime/files"
	"weft/runtime/store/storetest/anystore"
)

// The bytes of another database's files are nobody's orphans: a server that was
// started on the wrong database does not sweep them away.
func TestAStorageBelongsToOneDatabase(t *testing.T) {
	t.Parallel()
	eachRoom(t, func(t *testing.T, r room) {
		f := r.put(t, "a.txt", "mine")
		link(t, r, f)
		for range 2 {
			if _, err := r.again().Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		stranger := newRoomWith(t, files.Options{Storage: r.storage})
		stranger.clock.add(48 * time.Hour)
		if n, err := stranger.Sweep(t.Context()); n != 0 || !errors.Is(err, files.ErrForeign) {
			t.Errorf("swept %d, %v", n, err)
		}
		r.clock.add(48 * time.Hour)
		if _, err := r.Sweep(t.Context()); err != nil {
			t.Error(err)
		}
		r.holds(t, f, []byte("mine"))
		if err := stranger.Claim(t.Context()); !errors.Is(err, files.ErrForeign) {
			t.Error(err)
		}
	})
}

// What the doctor asks of a storage is asked of each.
func TestProbeOfAStorage(t *testing.T) {
	t.Parallel()
	eachRoom(t, func(t *testing.T, r room) {
		before := r.keys(t)
		for _, tried := range r.Probe(t.Context()) {
			if tried.Err != nil {
				t.Errorf("%s: %v", tried.What, tried.Err)
			}
		}
		if after := r.keys(t); len(after) != len(before) {
			t.Errorf("the probe stays: %v", after)
		}
		ahead, known, err := r.ClockDifference(t.Context())
		if err != nil || known != (r.Dir() == "") || ahead.Abs() > 2*time.Second {
			t.Errorf("clock ahead by %v (known %t), %v", ahead, known, err)
		}
		if r.Place() == "" {
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
	if tried := s.Probe(t.Context()); len(tried) != 1 || tried[0].What != "put" || tried[0].Err == nil {
		t.Errorf("%+v", tried)
	}
	if _, _, err := s.ClockDifference(t.Context()); err == nil {
		t.Error("a server that is not there has a clock")
	}
}
