package files_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

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
	r := newFixtureWith(t, files.Options{Storage: bucket})
	f, other := r.put(t, "合同.pdf", "%PDF-1.7 mine"), r.put(t, "b.txt", "other")
	disposition := files.Disposition(f.Name)
	address, err := r.PresignedURL(t.Context(), *f, "application/pdf", disposition)
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
	forEachStorage(t, func(t *testing.T, r fixture) {
		f := r.put(t, "a.txt", "x")
		if address, err := r.PresignedURL(t.Context(), *f, "text/plain", "attachment"); address != "" || err != nil {
			t.Errorf("got %s, %v", address, err)
		}
	})
}

// TestBrowsersAreSentToTheAddressTheyReach: weft itself goes on speaking to the
// endpoint, and the region is the endpoint's.
func TestBrowsersAreSentToTheAddressTheyReach(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		endpoint, public string
		want             string
	}{
		{"http://minio:9000", "https://files.example.com", "https://deals.files.example.com/"},
		{"http://minio:9000", "https://192.0.2.7:9443", "https://192.0.2.7:9443/deals/"},
		{"http://minio:9000", "", "http://minio:9000/deals/"},
	} {
		b, err := files.NewBucket(files.S3Options{Endpoint: c.endpoint, PublicEndpoint: c.public, Bucket: "deals", Region: "cn-north-1", AccessKey: "KEY", SecretKey: "SECRET", Redirect: true})
		if err != nil {
			t.Fatal(err)
		}
		s := files.New(files.Options{Storage: b})
		got, err := s.PresignedURL(t.Context(), files.File{ID: newKey()}, "text/plain", "attachment")
		if err != nil || !strings.HasPrefix(got, c.want) || !strings.Contains(got, "cn-north-1") {
			t.Errorf("%s: %s, %v", c.public, got, err)
		}
	}
	if _, err := files.NewBucket(files.S3Options{Endpoint: "h", PublicEndpoint: "ftp://h", Bucket: "deals", AccessKey: "KEY", SecretKey: "SECRET"}); err == nil {
		t.Error("ftp is taken for a public endpoint")
	}
}

// TestAnAddressOfThePublicEndpointIsGood: a server that is known by two names
// gives the file by the one, and weft stores it by the other.
func TestAnAddressOfThePublicEndpointIsGood(t *testing.T) {
	t.Parallel()
	f := newFaulty(t)
	o := options(f.server)
	o.Redirect, o.PublicEndpoint = true, f.options.Endpoint
	bucket, err := files.NewBucket(o)
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	f.request = func(http.ResponseWriter, *http.Request) bool {
		asked.Add(1)
		return false
	}
	r := newFixtureWith(t, files.Options{Storage: bucket})
	file := r.put(t, "a.txt", "hello")
	if n := asked.Load(); n != 0 {
		t.Errorf("weft itself went by the public endpoint %d times", n)
	}
	address, err := r.PresignedURL(t.Context(), *file, "text/plain", "attachment")
	if err != nil {
		t.Fatal(err)
	}
	if status, _, body := fetch(t, "GET", address); status != 200 || body != "hello" || asked.Load() != 1 {
		t.Errorf("got %d %s by %s", status, body, address)
	}
}

// TestAnAddressIsGoodForTwoMinutes: S-34. One that was signed before that is
// refused by the server, whoever has it.
func TestAnAddressIsGoodForTwoMinutes(t *testing.T) {
	t.Parallel()
	o := options(s3test.Open(t))
	o.Redirect = true
	bucket, err := files.NewBucket(o)
	if err != nil {
		t.Fatal(err)
	}
	r := newFixtureWith(t, files.Options{Storage: bucket})
	f := r.put(t, "a.txt", "hello")
	for name, c := range map[string]struct {
		ago  time.Duration
		want int
	}{"a minute ago": {time.Minute, http.StatusOK}, "three minutes ago": {3 * time.Minute, http.StatusForbidden}} {
		if status, _, body := fetch(t, "GET", linkAt(t, r, *f, time.Now().Add(-c.ago))); status != c.want {
			t.Errorf("%s: %d %.200s", name, status, body)
		}
	}
}

// linkAt is an address that was signed at a time that is past.
func linkAt(t *testing.T, r fixture, f files.File, at time.Time) (address string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { // its clock stands in the year 2000
		time.Sleep(time.Until(at))
		var err error
		if address, err = r.PresignedURL(t.Context(), f, "text/plain", "attachment"); err != nil {
			t.Fatal(err)
		}
	})
	return address
}
