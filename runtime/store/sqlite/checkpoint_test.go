package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
)

// TestCheckpointsKeepTheLogShort writes until the log was copied in the background
// and a commit began a new one.
func TestCheckpointsKeepTheLogShort(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "weft.db")
	s := openAt(t, path, Options{})
	c, err := openConn(path, "FULL", readerCacheKiB)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	long := bytes.Repeat([]byte("x"), 400_000) // about a hundred pages
	last, end := 0, time.Now().Add(time.Minute)
	n := 0
	for ; ; n++ {
		body := fmt.Appendf(nil, `{"id":"%d","rev":1,"note":"%s"}`, n, long)
		write(t, s, store.Op{Kind: store.Insert, Collection: "lead", Doc: store.Doc{ID: fmt.Sprint(n), Rev: 1, Body: body}})
		log, _, err := c.checkpoint("NOOP")
		if err != nil {
			t.Fatal(err)
		}
		if log < last {
			break
		}
		if last = log; log > 2*logLimit || time.Now().After(end) {
			t.Fatalf("the log has %d pages", log)
		}
	}
	if last < checkpointPages {
		t.Errorf("a new log began after %d pages already", last)
	}
	if have, err := s.Count(t.Context(), "lead", nil, 0); err != nil || have != int64(n+1) {
		t.Errorf("%d documents of %d: %v", have, n+1, err)
	}
	if err := s.CheckIntegrity(t.Context()); err != nil {
		t.Error(err)
	}
}

// R11: a View whose function waits for somebody does not let the log grow without
// end: its snapshot is ended, and the log begins anew.
func TestAViewThatWaitsDoesNotFillTheDisk(t *testing.T) {
	t.Parallel()
	limits := defaultLimits
	limits.log, limits.viewAge = 2*checkpointPages, 0
	path := filepath.Join(t.TempDir(), "weft.db")
	s := openAt(t, path, Options{limits: limits, Synchronous: "OFF"})
	write(t, s, lead(1, "new"))
	c, err := openConn(path, "OFF", readerCacheKiB)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	long := bytes.Repeat([]byte("x"), 400_000) // about a hundred pages
	n := 0
	grow := func() (log int) {
		n++
		body := fmt.Appendf(nil, `{"id":"%d","rev":1,"note":"%s"}`, n, long)
		write(t, s, store.Op{Kind: store.Insert, Collection: "lead", Doc: store.Doc{ID: fmt.Sprint(n), Rev: 1, Body: body}})
		log, _, err := c.checkpoint("NOOP")
		if err != nil {
			t.Fatal(err)
		}
		return log
	}
	err = s.View(t.Context(), func(r store.Reader) error {
		if n, err := r.Count(t.Context(), "lead", nil, 0); n != 1 || err != nil {
			t.Errorf("at first the view holds %d, %v", n, err)
		}
		last, end := 0, time.Now().Add(time.Minute)
		for {
			log := grow()
			if log < last {
				break
			}
			if last = log; log > 10*limits.log || time.Now().After(end) {
				t.Fatalf("the log has %d pages", log)
			}
		}
		if last <= limits.log {
			t.Errorf("the view was ended at %d pages already", last)
		}
		for what, read := range map[string]func() error{
			"get":      func() error { _, err := r.Get(t.Context(), "lead", "1"); return err },
			"get many": func() error { _, err := r.GetMany(t.Context(), "lead", []string{"1"}); return err },
			"find":     func() error { _, err := r.Find(t.Context(), "lead", store.Find{Limit: 1}); return err },
			"count":    func() error { _, err := r.Count(t.Context(), "lead", nil, 0); return err },
			"aggregate": func() error {
				_, err := r.Aggregate(t.Context(), "lead", store.Aggregate{Metrics: []query.Metric{{Name: "n", Func: "count"}}})
				return err
			},
			"read full": func() error { _, err := r.(store.FullReader).ReadFull(t.Context(), "lead", "", 1); return err },
		} {
			if err := read(); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%s in a view that was ended: %v", what, err)
			}
		}
		_, err := r.Get(t.Context(), "lead", "1")
		return err
	})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("the view: %v", err)
	}
	err = s.View(t.Context(), func(r store.Reader) error {
		_, err := r.Get(t.Context(), "lead", fmt.Sprint(n))
		return err
	})
	if err != nil {
		t.Errorf("the next view: %v", err)
	}
}
