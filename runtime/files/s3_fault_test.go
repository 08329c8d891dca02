package files_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/files"
	"weft/runtime/files/s3test"
)

// faulty is a bucket behind a proxy that a test gives faults.
type faulty struct {
	*files.Bucket
	server  s3test.Bucket   // past the proxy
	options files.S3Options // through it
	// request may answer in place of the server, or change what it is sent;
	// response may change what it answers.
	request  func(w http.ResponseWriter, r *http.Request) (answered bool)
	response func(*http.Response)
}

func newFaulty(t *testing.T) *faulty {
	t.Helper()
	b := s3test.Open(t)
	o := options(b)
	target, err := url.Parse(o.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	f := &faulty{server: b}
	proxy := &httputil.ReverseProxy{
		// The name of the host is signed, so it stays that of the proxy.
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = target.Scheme, target.Host, r.In.Host
		},
		ModifyResponse: func(r *http.Response) error {
			if f.response != nil {
				f.response(r)
			}
			return nil
		},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.request == nil || !f.request(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	o.Endpoint = server.URL
	f.options = o
	if f.Bucket, err = files.NewBucket(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// bodies are one that is sent at once and one that is sent in parts.
var bodies = map[string][]byte{"small": []byte("text"), "large": randomBytes(17 << 20)}

// TestFaultsOfAServer: R-28. Whatever it does, nothing is taken for stored
// that is not, and what was refused is not there.
func TestFaultsOfAServer(t *testing.T) {
	t.Parallel()
	busy := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>`)
	}
	for name, c := range map[string]struct {
		fault func(*faulty)
		kept  bool
	}{
		"busy for good": {fault: func(f *faulty) {
			f.request = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPut {
					busy(w)
				}
				return r.Method == http.MethodPut
			}
		}},
		"busy for a moment": {kept: true, fault: func(f *faulty) {
			var times atomic.Int64
			f.request = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodPut || times.Add(1) > 2 {
					return false
				}
				busy(w)
				return true
			}
		}},
		"slow": {kept: true, fault: func(f *faulty) {
			f.request = func(_ http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPut {
					timer := time.NewTimer(1500 * time.Millisecond)
					defer timer.Stop()
					<-timer.C
				}
				return false
			}
		}},
		"a body that was changed on the way": {fault: func(f *faulty) {
			f.request = func(_ http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPut {
					r.Body = struct {
						io.Reader
						io.Closer
					}{io.MultiReader(strings.NewReader("X"), &skip{r: r.Body}), r.Body}
				}
				return false
			}
		}},
		"a tag that is no sum, of the right bytes": {kept: true, fault: func(f *faulty) {
			f.response = func(r *http.Response) {
				if r.Header.Get("Etag") != "" {
					r.Header.Set("Etag", `"0123456789abcdef0123456789abcdef"`)
				}
			}
		}},
		"a wrong tag of other bytes": {fault: func(f *faulty) {
			f.response = func(r *http.Response) {
				r.Header.Set("Etag", `"0123456789abcdef0123456789abcdef"`)
				if r.Request.Method == http.MethodGet && !strings.Contains(r.Request.URL.RawQuery, "list-type") {
					r.Body = struct {
						io.Reader
						io.Closer
					}{io.MultiReader(strings.NewReader("X"), &skip{r: r.Body}), r.Body}
				}
			}
		}},
		"no right to write": {fault: func(f *faulty) {
			f.request = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPut {
					w.WriteHeader(http.StatusForbidden)
					_, _ = io.WriteString(w, `<Error><Code>AccessDenied</Code></Error>`)
				}
				return r.Method == http.MethodPut
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for size, body := range bodies {
				if size == "large" && strings.Contains(name, "tag") {
					continue // the server itself refuses to join parts by wrong tags
				}
				f := newFaulty(t)
				c.fault(f)
				err := f.Put(t.Context(), newKey(), bytes.NewReader(body))
				f.request, f.response = nil, nil
				want := 0
				if c.kept {
					want = 1
					if err != nil {
						t.Errorf("%s: %v", size, err)
					}
				} else {
					wantUnavailable(t, err)
				}
				if got := keys(t, f, ""); len(got) != want {
					t.Errorf("%s: stored %v", size, got)
				}
			}
		})
	}
}

// skip reads without the first byte.
type skip struct {
	r    io.Reader
	done bool
}

func (s *skip) Read(p []byte) (int, error) {
	if !s.done {
		s.done = true
		if _, err := io.ReadFull(s.r, make([]byte, 1)); err != nil {
			return 0, err
		}
	}
	return s.r.Read(p)
}
