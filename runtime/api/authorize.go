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

// authorize finds out who calls and applies the route's policy. The decision rests
// on the matched route alone, never on the URL (S-07).
func (rc *requestContext) authorize() error {
	if rc.route.Policy == Public {
		return nil
	}
	if rc.route.Policy == Operator && rc.fromThisMachine() {
		return nil
	}
	if err := rc.authenticate(); err != nil {
		// A database that cannot be asked is nobody's wrong guess.
		if problem.CodeOf(err) == problem.Unauthenticated && !rc.s.anonymous.Allow(rc.network(), time.Now()) {
			return tooManyCalls()
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

// extendSession hands a browser the new secret of its session.
func (rc *requestContext) extendSession(token string) error {
	next, err := rc.s.o.Access.RotateSecret(rc.ctx, token)
	if err == nil && next != "" {
		rc.setCookie(next, int(sessionCookieLife.Seconds()))
	}
	return err
}

// bearer reads the Authorization header; "" without one. A token in the URL is
// never looked for.
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

// client is the address the request came from: that of the connection, or what
// a trusted proxy says it was.
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

// network groups addresses that one client can change at will.
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

// fromThisMachine tells whether the caller is on this machine and speaks for himself.
func (rc *requestContext) fromThisMachine() bool {
	return rc.client().IsLoopback() && len(rc.r.Header["X-Forwarded-For"]) == 0
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

// Caller is who calls a handler that is mounted through Options.Builder: his
// login, "" for nobody, and whether he is an administrator.
func Caller(r *http.Request) (login string, admin bool) {
	a, ok := r.Context().Value(callerKey{}).(*access.Actor)
	if !ok {
		return "", false
	}
	return a.Login, a.Admin
}
