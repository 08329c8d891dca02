package api

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"weft/runtime/access"
	"weft/runtime/problem"
)

// cookieName of the session cookie.
const cookieName = "weft_session"

// authorize authenticates the caller and applies the route's policy. The decision
// depends on the matched route alone, never on the URL.
func (rc *requestContext) authorize() error {
	if rc.route.Policy == Public {
		return nil
	}
	if rc.route.Policy == Operator && rc.fromThisMachine() {
		return nil
	}
	if err := rc.authenticate(); err != nil {
		// An unavailable database is no failed sign-in.
		if problem.CodeOf(err) == problem.Unauthenticated && !rc.s.anonymous.Allow(rc.network(), time.Now()) {
			return tooManyCalls("too_many_calls")
		}
		return err
	}
	if rc.route.Policy != SignedIn && !rc.actor.Admin {
		return problem.New(problem.Forbidden, "admin_only", nil)
	}
	return nil
}

func (rc *requestContext) authenticate() error {
	token, err := bearer(rc.r)
	if err != nil {
		return err
	}
	cookie := false
	if token == "" {
		if c, err := rc.r.Cookie(cookieName); err == nil {
			token, cookie = c.Value, true
		}
	}
	if token == "" {
		return problem.New(problem.Unauthenticated, "", nil)
	}
	actor, err := rc.s.o.Access.Authenticate(rc.ctx, token)
	if err != nil {
		return err
	}
	rc.actor = actor
	if cookie && actor.RotateSecret {
		return rc.extendSession(token)
	}
	return nil
}

// extendSession gives a browser the new secret of its session.
func (rc *requestContext) extendSession(token string) error {
	next, err := rc.s.o.Access.RotateSecret(rc.ctx, token)
	if err == nil && next != "" {
		rc.setCookie(next, int(sessionCookieLife.Seconds()))
	}
	return err
}

// bearer reads the token of the Authorization header, "" without one. Tokens in
// the URL are ignored, since URLs end up in logs.
func bearer(r *http.Request) (string, error) {
	values := r.Header["Authorization"]
	if len(values) == 0 {
		return "", nil
	}
	scheme, token, ok := strings.Cut(values[0], " ")
	if len(values) > 1 || !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", problem.New(problem.Unauthenticated, "", nil)
	}
	return strings.TrimSpace(token), nil
}

// client is the address of the client: that of the connection, or behind a
// trusted proxy the one that X-Forwarded-For names.
func (rc *requestContext) client() netip.Addr {
	host, _, err := net.SplitHostPort(rc.r.RemoteAddr)
	if err != nil {
		host = rc.r.RemoteAddr
	}
	addr, _ := netip.ParseAddr(host)
	addr = addr.Unmap()
	hops := strings.Split(strings.Join(rc.r.Header["X-Forwarded-For"], ","), ",")
	for i := len(hops) - 1; i >= 0 && rc.trusted(addr); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
	}
	return addr
}

func (rc *requestContext) trusted(a netip.Addr) bool {
	for _, p := range rc.s.o.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// network is the set of addresses that one client can change at will: a single
// IPv4 address, an IPv6 /64.
func (rc *requestContext) network() netip.Prefix {
	a := rc.client()
	bits := 64
	if a.Is4() {
		bits = 32
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// fromThisMachine tells whether the request comes from this machine and is not
// forwarded for somebody else.
func (rc *requestContext) fromThisMachine() bool {
	for _, header := range forwardingHeaders {
		if len(rc.r.Header[header]) > 0 {
			return false
		}
	}
	// Behind a proxy on this machine every client seems to be local.
	client := rc.client()
	return client.IsLoopback() && !rc.trusted(client) && localHost(rc.r.Host)
}

// forwardingHeaders are set by proxies for the clients behind them.
var forwardingHeaders = []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via"}

// localHost tells whether a Host header names this machine: web pages that let
// their name resolve to it (DNS rebinding) send another one.
func localHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || err == nil && addr.IsLoopback()
}

// overTLS tells whether the client's connection is encrypted, here or at a
// trusted proxy.
func (rc *requestContext) overTLS() bool {
	if rc.r.TLS != nil {
		return true
	}
	host, _, _ := net.SplitHostPort(rc.r.RemoteAddr)
	addr, err := netip.ParseAddr(host)
	return err == nil && rc.trusted(addr.Unmap()) && rc.r.Header.Get("X-Forwarded-Proto") == "https"
}

type callerKey struct{}

func withCaller(ctx context.Context, a *access.Actor) context.Context {
	return context.WithValue(ctx, callerKey{}, a)
}

// Caller returns the caller of a handler mounted through Options.Builder: the
// login, "" without a caller, and whether the caller is an administrator.
func Caller(r *http.Request) (login string, admin bool) {
	a, ok := r.Context().Value(callerKey{}).(*access.Actor)
	if !ok {
		return "", false
	}
	return a.Login, a.Admin
}
