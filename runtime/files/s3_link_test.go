package files_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weft/runtime/files"
	"weft/runtime/files/s3test"
)

func fetch(t *testing.T, method, address string) (status int, h http.Header, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(text)
}

// TestPresignedAddresses: S-34. An address is good for one file, to be read as
// what it was signed for; with anything changed it is good for nothing.
func TestPresignedAddresses(t *testing.T) {
	t.Parallel()
	b := s3test.Open(t)
	o := options(b)
	o.Redirect = true
	bucket, err := files.NewBucket(o)
	if err != nil {
		t.Fatal(err)
	}
	r := newRoomWith(t, files.Options{Storage: bucket})
	f, other := r.put(t, "合同.pdf", "%PDF-1.7 mine"), r.put(t, "b.txt", "other")
	disposition := files.Disposition(f.Name)
	address, err := r.Link(t.Context(), *f, "application/pdf", disposition)
	if err != nil {
		t.Fatal(err)
	}
	status, h, body := fetch(t, "GET", address)
	if status != 200 || body != "%PDF-1.7 mine" || h.Get("Content-Type") != "application/pdf" || h.Get("Content-Disposition") != disposition {
		t.Errorf("got %d %v %s", status, h, body)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if life := u.Query().Get("X-Amz-Expires"); life != "120" {
		t.Errorf("it is good for %s seconds", life)
	}
	for name, change := range map[string]func(u *url.URL, q url.Values){
		"another file": func(u *url.URL, _ url.Values) {
			u.Path = strings.ReplaceAll(u.Path, f.ID[34:]+"/"+f.ID, other.ID[34:]+"/"+other.ID)
		},
		"another type":        func(_ *url.URL, q url.Values) { q.Set("response-content-type", "text/html") },
		"another disposition": func(_ *url.URL, q url.Values) { q.Set("response-content-disposition", "inline") },
		"no disposition":      func(_ *url.URL, q url.Values) { q.Del("response-content-disposition") },
		"a longer life":       func(_ *url.URL, q url.Values) { q.Set("X-Amz-Expires", "86400") },
		"another day":         func(_ *url.URL, q url.Values) { q.Set("X-Amz-Date", "20990101T000000Z") },
		"bytes shifted": func(_ *url.URL, q url.Values) {
			q.Set("response-content-type", "application/pd")
			q.Set("response-content-disposition", "f"+disposition)
		},
		"a list of the bucket": func(u *url.URL, _ url.Values) { u.Path = "/" + b.Name },
	} {
		changed, q := *u, u.Query()
		change(&changed, q)
		changed.RawQuery = q.Encode()
		if changed.String() == address {
			t.Fatalf("%s: nothing was changed", name)
		}
		if status, _, body := fetch(t, "GET", changed.String()); status != http.StatusForbidden && status != http.StatusBadRequest {
			t.Errorf("%s: %d %.200s", name, status, body)
		}
	}
	for _, method := range []string{"PUT", "DELETE", "POST"} {
		if status, _, _ := fetch(t, method, address); status < 400 {
			t.Errorf("%s: %d", method, status)
		}
	}
	r.holds(t, f, []byte("%PDF-1.7 mine"))
}

func TestDownloadsGoThroughWeftUnlessItIsTold(t *testing.T) {
	t.Parallel()
	eachRoom(t, func(t *testing.T, r room) {
		f := r.put(t, "a.txt", "x")
		if address, err := r.Link(t.Context(), *f, "text/plain", "attachment"); address != "" || err != nil {
			t.Errorf("got %s, %v", address, err)
		}
	})
}
