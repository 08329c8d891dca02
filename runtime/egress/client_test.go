package egress

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/problem"
)

// S-09: no form of an inside address is called, and nothing arrives there.
func TestNothingInsideIsReached(t *testing.T) {
	var arrived atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	defer inside.Close()
	_, port, err := net.SplitHostPort(inside.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HTTP_PROXY", inside.URL)
	c := New(Options{})
	for _, host := range []string{
		"127.0.0.1", "localhost", "localhost.", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
		"169.254.169.254", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[fc00::1]", "[fe80::1]", "[fe80::1%25lo]", "[ff02::1]",
	} {
		_, err := c.Do(t.Context(), Request{Method: "GET", URL: "http://" + host + ":" + port + "/", Timeout: 2 * time.Second})
		if code := problem.CodeOf(err); err == nil || (code != problem.Invalid && code != problem.Unavailable) {
			t.Errorf("%s: %v", host, err)
		}
		if p := problem.As(err); p != nil && p.Code == problem.Invalid && p.Key != "egress_refused" {
			t.Errorf("%s: %s", host, p.Key)
		}
	}
	if n := arrived.Load(); n != 0 {
		t.Errorf("%d requests arrived inside", n)
	}
}

func TestOnlyAddressesOfTheWebAreCalled(t *testing.T) {
	c := New(Options{})
	for _, address := range []string{"file:///etc/passwd", "gopher://x/", "unix:///run/x", "http://user:pw@example.com/", "http://user@127.0.0.1/", "http:///x", "example.com/x", "http:opaque", "javascript:alert(1)", "http://a b/", "http://[::1/"} {
		_, err := c.Do(t.Context(), Request{Method: "GET", URL: address})
		if p := problem.As(err); p == nil || p.Key != "egress_url" {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// A name is checked by every address that it has at the moment of the connection.
func TestNamesAreCheckedByTheirAddresses(t *testing.T) {
	for text, want := range map[string]bool{
		"93.184.216.34": true, "8.8.8.8": true, "2606:2800:220:1:248:1893:25c8:1946": true, "127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:8.8.8.8": true,
		"fe80::1%eth0": false, "100.127.255.255": false, "100.128.0.1": true, "172.32.0.1": true, "198.20.0.1": true, "240.0.0.1": false, "255.255.255.255": false,
	} {
		if got := permitted(netip.MustParseAddr(text), nil); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if permitted(netip.Addr{}, nil) {
		t.Error("no address is permitted")
	}
	if !permitted(netip.MustParseAddr("127.0.0.1"), []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}) {
		t.Error("what the operator opened is refused")
	}
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}

func TestRedirectsAreCheckedLikeRequests(t *testing.T) {
	var target string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/end" {
			_, _ = io.WriteString(w, "there")
			return
		}
		http.Redirect(w, r, target, http.StatusFound)
	}))
	defer s.Close()
	c := New(Options{Open: loopback})
	for to, want := range map[string]string{
		s.URL + "/end": "", "http://169.254.169.254/latest/meta-data": "egress_refused", "http://[::1]:1/": "egress_refused", "file:///etc/passwd": "egress_url",
		s.URL + "/again": "egress_unavailable", // in circles
	} {
		target = to
		a, err := c.Do(t.Context(), Request{Method: "GET", URL: s.URL + "/"})
		if want == "" {
			if err != nil || string(a.Body) != "there" {
				t.Errorf("%s: %v", to, err)
			}
			continue
		}
		if p := problem.As(err); p == nil || p.Key != want {
			t.Errorf("%s: %v", to, err)
		}
	}
	host := strings.TrimPrefix(s.URL, "http://")
	target = "http://localhost:1/"
	if _, err := c.Do(t.Context(), Request{Method: "GET", URL: s.URL + "/", Hosts: []string{host}}); problem.As(err) == nil || problem.As(err).Key != "egress_refused" {
		t.Errorf("a redirect to a host that is not listed: %v", err)
	}
}

func TestOnlyListedHostsAreAsked(t *testing.T) {
	c := New(Options{})
	for _, r := range []struct {
		url   string
		hosts []string
		ok    bool
	}{
		{"https://api.example.com/x", []string{"api.example.com"}, true},
		{"https://API.example.com./x", []string{"api.example.com"}, true},
		{"https://api.example.com:8443/x", []string{"api.example.com"}, false},
		{"https://api.example.com:8443/x", []string{"api.example.com:8443"}, true},
		{"http://api.example.com/x", []string{"api.example.com:443"}, false},
		{"https://a.b.example.com/", []string{"*.example.com"}, true},
		{"https://example.com/", []string{"*.example.com"}, false},
		{"https://evilexample.com/", []string{"*.example.com"}, false},
		{"https://example.com.evil.net/", []string{"example.com"}, false},
		{"https://example.com/", []string{}, false},
		{"https://example.com/", nil, true},
	} {
		_, err := c.request(context.Background(), Request{Method: "GET", URL: r.url, Hosts: r.hosts})
		if (err == nil) != r.ok {
			t.Errorf("%s %v: %v", r.url, r.hosts, err)
		}
	}
}

func TestAnswersAndHeadersHaveLimits(t *testing.T) {
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/large":
			_, _ = w.Write(make([]byte, MaxAnswer+1))
		case "/slow":
			<-release
		default:
			w.Header().Set("X-Told", r.Header.Get("X-Asked"))
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	defer s.Close()
	defer close(release)
	c := New(Options{Open: loopback})
	a, err := c.Do(t.Context(), Request{Method: "POST", URL: s.URL + "/", Headers: map[string]string{"X-Asked": "yes"}, Body: []byte("{}")})
	if err != nil || a.Status != http.StatusTeapot || a.Headers["x-told"] != "yes" {
		t.Fatal(a, err)
	}
	for _, r := range []struct {
		in   Request
		want string
	}{
		{Request{URL: s.URL + "/large"}, "egress_too_large"},
		{Request{URL: s.URL + "/", Body: make([]byte, maxRequest+1)}, "egress_too_large"},
		{Request{URL: s.URL + "/slow", Timeout: 100 * time.Millisecond}, "egress_unavailable"},
		{Request{URL: "http://127.0.0.1:1/"}, "egress_unavailable"},
		{Request{URL: s.URL + "/", Headers: map[string]string{"Host": "x"}}, "egress_header"},
		{Request{URL: s.URL + "/", Headers: map[string]string{"X": "a\r\nY: b"}}, "egress_header"},
		{Request{URL: s.URL + "/", Headers: map[string]string{"Transfer-Encoding": "chunked"}}, "egress_header"},
	} {
		r.in.Method = "POST"
		if _, err := c.Do(t.Context(), r.in); problem.As(err) == nil || problem.As(err).Key != r.want {
			t.Errorf("%s: %v, want %s", r.in.URL, err, r.want)
		}
	}
}
