package api

import (
	"net/http/httptest"
	"net/netip"
	"testing"

	"weft/runtime/access"
	"weft/runtime/problem"
)

// the limit is far above 64 parallel requests.
func TestConcurrentRequestsOfOneUserAreLimited(t *testing.T) {
	t.Parallel()
	c := newConcurrency()
	greedy := &requestContext{actor: &access.Actor{UserID: "u1"}}
	var release []func()
	for range maxPerUser {
		l, err := c.share(greedy)
		if err != nil {
			t.Fatalf("after %d: %v", len(release), err)
		}
		release = append(release, l)
	}
	if _, err := c.share(greedy); problem.CodeOf(err) != problem.Rate {
		t.Errorf("one more: %v", err)
	}
	if _, err := c.share(&requestContext{actor: &access.Actor{UserID: "u2"}}); err != nil {
		t.Errorf("another caller: %v", err)
	}
	release[0]()
	if _, err := c.share(greedy); err != nil {
		t.Errorf("after one has left: %v", err)
	}
	if maxPerUser < 4*64 {
		t.Errorf("the cap of %d is not far above 64", maxPerUser)
	}
}

// S-28
func TestClientAddress(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct {
		name, remote, forwarded, want string
		proxies                       []netip.Prefix
	}{
		{"direct", "203.0.113.9:1", "", "203.0.113.9", nil},
		{"a header nobody vouches for", "203.0.113.9:1", "1.1.1.1", "203.0.113.9", nil},
		{"a header from outside the proxies", "203.0.113.9:1", "1.1.1.1", "203.0.113.9", proxies},
		{"behind a proxy", "10.0.0.1:1", "198.51.100.7", "198.51.100.7", proxies},
		{"a forged beginning", "10.0.0.1:1", "1.1.1.1, 198.51.100.7", "198.51.100.7", proxies},
		{"two proxies", "10.0.0.1:1", "198.51.100.7, 10.0.0.2", "198.51.100.7", proxies},
		{"nonsense", "10.0.0.1:1", "nonsense", "10.0.0.1", proxies},
		{"IPv6", "[2001:db8::1]:1", "", "2001:db8::1", nil},
		{"IPv4 in IPv6", "[::ffff:203.0.113.9]:1", "", "203.0.113.9", nil},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		rc := &requestContext{r: r, s: &Server{o: Options{TrustedProxies: c.proxies}}}
		if got := rc.client().String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
