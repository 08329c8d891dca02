package files_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// TestBodiesGoAsTheyAre: each with its own SHA-256, signed, and in no framing
// of chunks or trailing checksums, which many servers do not take.
func TestBodiesGoAsTheyAre(t *testing.T) {
	t.Parallel()
	for size, body := range bodies {
		t.Run(size, func(t *testing.T) {
			t.Parallel()
			f := newFaulty(t)
			var sent atomic.Int64
			f.request = func(_ http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodPut {
					return false
				}
				got, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				r.Body = io.NopCloser(bytes.NewReader(got))
				sum := sha256.Sum256(got)
				if said := r.Header.Get("X-Amz-Content-Sha256"); said != hex.EncodeToString(sum[:]) {
					t.Errorf("%d bytes are said to be %s", len(got), said)
				}
				if !strings.Contains(r.Header.Get("Authorization"), "x-amz-content-sha256") {
					t.Error("what is said is not signed")
				}
				for _, header := range []string{"Content-Encoding", "X-Amz-Decoded-Content-Length", "X-Amz-Trailer"} {
					if r.Header.Get(header) != "" {
						t.Errorf("%s: %s", header, r.Header.Get(header))
					}
				}
				sent.Add(int64(len(got)))
				return false
			}
			if err := f.Put(t.Context(), newKey(), bytes.NewReader(body)); err != nil {
				t.Fatal(err)
			}
			if sent.Load() != int64(len(body)) {
				t.Errorf("%d bytes were sent of %d", sent.Load(), len(body))
			}
		})
	}
}

// TestTagsInCapitalsAreTags: some servers write the MD5 so, and nothing has to
// be read back for that.
func TestTagsInCapitalsAreTags(t *testing.T) {
	t.Parallel()
	f := newFaulty(t)
	var others atomic.Int64
	f.request = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut {
			others.Add(1)
		}
		return false
	}
	f.response = func(r *http.Response) { r.Header.Set("Etag", strings.ToUpper(r.Header.Get("Etag"))) }
	if err := f.Put(t.Context(), newKey(), bytes.NewReader(bodies["small"])); err != nil {
		t.Fatal(err)
	}
	if n := others.Load(); n != 0 {
		t.Errorf("%d requests read back what was proven", n)
	}
}
