package sqlite

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"
	"time"

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
