package files_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/runtime/files"
	"weft/runtime/files/s3test"
	"weft/runtime/problem"
)

func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	p := problem.As(err)
	if p == nil || p.Code != problem.Unavailable || p.RetryAfter == 0 {
		t.Errorf("got %v, want unavailable", err)
	}
}

// impatientBucket is a bucket with the timeout of a server.
func impatientBucket(t *testing.T, b s3test.Bucket) *files.Bucket {
	t.Helper()
	o := options(b)
	o.Timeout = 0
	s, err := files.NewBucket(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestAServerThatIsGone: killed or frozen, calls end soon and say so; when it
// is back, so are they.
func TestAServerThatIsGone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ down, up func(*s3test.Server) }{
		"killed": {(*s3test.Server).Kill, (*s3test.Server).Restart},
		"frozen": {(*s3test.Server).Freeze, (*s3test.Server).Unfreeze},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := s3test.Start(t)
			s, patient := impatientBucket(t, server.Bucket), newBucket(t, server.Bucket)
			key := newKey()
			if err := patient.Put(t.Context(), key, strings.NewReader("x")); err != nil {
				t.Fatal(err)
			}
			c.down(server)
			for what, call := range map[string]func() error{
				"put":      func() error { return s.Put(t.Context(), newKey(), strings.NewReader("x")) },
				"put much": func() error { return s.Put(t.Context(), newKey(), bytes.NewReader(make([]byte, 17<<20))) },
				"open":     func() error { _, err := s.Open(t.Context(), key); return err },
				"remove":   func() error { return s.Remove(t.Context(), key) },
				"list":     func() error { return s.List(t.Context(), "", func(files.StoredObject) error { return nil }) },
			} {
				start := time.Now()
				wantUnavailable(t, call())
				if took := time.Since(start); took > 4*time.Second { // 2 s on a machine of one's own
					t.Errorf("%s ended after %s", what, took)
				} else {
					t.Logf("%s: %s", what, took)
				}
			}
			c.up(server)
			after := newKey()
			if err := patient.Put(t.Context(), after, strings.NewReader("x")); err != nil {
				t.Error(err)
			}
			// A frozen server does later what it was asked; so the first may be gone.
			if got := keys(t, patient, ""); !slices.Contains(got, after) {
				t.Errorf("%s is not among %v", after, got)
			}
		})
	}
}

// TestAServerThatGoesWhileItIsRead: what was not read is not taken for the end.
func TestAServerThatGoesWhileItIsRead(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	s := newBucket(t, server.Bucket)
	key := newKey()
	if err := s.Put(t.Context(), key, bytes.NewReader(randomBytes(32<<20))); err != nil {
		t.Fatal(err)
	}
	in, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, err := io.CopyN(io.Discard, in, 1<<20); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	n, err := io.Copy(io.Discard, in)
	if err == nil {
		t.Errorf("read %d more bytes and no error", n)
	}
	wantUnavailable(t, err)
}
