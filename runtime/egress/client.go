// Package egress sends HTTP requests to addresses outside, for triggers and scripts.
// It is the only way out. Every connection is checked by the address that it is made
// to, whatever the name resolved to, also after redirects: nothing inside the
// organisation's network or on this machine is reached, unless the operator opened it.
package egress

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"weft/runtime/problem"
)

// Limits of every request.
const (
	// Timeout bounds a request with its redirects and its answer.
	Timeout = 10 * time.Second
	// MaxAnswer is the largest body of an answer in bytes.
	MaxAnswer    = 1 << 20
	maxRequest   = 1 << 20
	maxRedirects = 3
	maxHeader    = 64 << 10
)

// Options of a Client.
type Options struct {
	// Open lists networks inside that may be reached all the same.
	Open []netip.Prefix
	// Resolver finds addresses of names; nil means that of the system.
	Resolver *net.Resolver
	// TLS is the configuration of tests; nil means the authorities of the system.
	TLS *tls.Config
}

// Client sends requests. It is safe for concurrent use.
type Client struct {
	http *http.Client
	open []netip.Prefix
}

// New makes a Client. No proxy is used: the environment must not decide where
// requests go.
func New(o Options) *Client {
	c := &Client{open: o.Open}
	dialer := &net.Dialer{Timeout: 5 * time.Second, Resolver: o.Resolver, ControlContext: c.control}
	c.http = &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: o.TLS, TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: maxHeader,
			MaxIdleConns: 32, MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errRedirects
			}
			return c.check(r.URL, hostsOf(r.Context()))
		},
	}
	return c
}

var errRedirects = errors.New("too many redirects")

// control refuses a connection by the address that it is about to be made to.
func (c *Client) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !strings.HasPrefix(network, "tcp") || !permitted(at.Addr(), c.open) {
		return refused()
	}
	return nil
}

// refused is the one answer to everything that must not be reached, so that nobody
// learns what is there.
func refused() error { return problem.New(problem.Invalid, "egress_refused", nil) }

// Request is one request.
type Request struct {
	Method, URL string
	Headers     map[string]string
	Body        []byte
	// Hosts are those that may be asked: a name, "*.name" for all below one, each with
	// a port where it is not that of the scheme; nil for all.
	Hosts []string
	// Timeout is shorter than that of the package where it is positive.
	Timeout time.Duration
}

// Response is the answer to a Request.
type Response struct {
	Status  int
	Headers map[string]string // by lower-case name, the first value of each
	Body    []byte
}

// Do sends a request. Errors: invalid with egress_refused (the address must not be
// reached), egress_url, egress_header, egress_too_large; unavailable when nobody
// answered in time.
func (c *Client) Do(ctx context.Context, in Request) (*Response, error) {
	timeout := Timeout
	if in.Timeout > 0 && in.Timeout < timeout {
		timeout = in.Timeout
	}
	ctx, cancel := context.WithTimeout(withHosts(ctx, in.Hosts), timeout)
	defer cancel()
	r, err := c.request(ctx, in)
	if err != nil {
		return nil, err
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, failure(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, MaxAnswer+1))
	if err != nil {
		return nil, failure(err)
	}
	if len(body) > MaxAnswer {
		return nil, problem.New(problem.Invalid, "egress_too_large", map[string]any{"limit": MaxAnswer})
	}
	out := &Response{Status: answer.StatusCode, Headers: map[string]string{}, Body: body}
	for name, values := range answer.Header {
		out.Headers[strings.ToLower(name)] = values[0]
	}
	return out, nil
}

func (c *Client) request(ctx context.Context, in Request) (*http.Request, error) {
	u, err := url.Parse(in.URL)
	if err != nil {
		return nil, badURL()
	}
	if err := c.check(u, in.Hosts); err != nil {
		return nil, err
	}
	if len(in.Body) > maxRequest {
		return nil, problem.New(problem.Invalid, "egress_too_large", map[string]any{"limit": maxRequest})
	}
	r, err := http.NewRequestWithContext(ctx, in.Method, u.String(), bytes.NewReader(in.Body))
	if err != nil {
		return nil, badURL()
	}
	r.Header.Set("User-Agent", "weft")
	for name, value := range in.Headers {
		if !headerAllowed(name, value) {
			return nil, problem.New(problem.Invalid, "egress_header", map[string]any{"name": name})
		}
		r.Header.Set(name, value)
	}
	if len(in.Body) > 0 && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, nil
}

func badURL() error { return problem.New(problem.Invalid, "egress_url", nil) }

// headerAllowed refuses headers that say where a message ends or that are the
// connection's own.
func headerAllowed(name, value string) bool {
	switch strings.ToLower(name) {
	case "host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "proxy-authorization", "":
		return false
	}
	return !strings.ContainsAny(name+value, "\r\n\x00")
}

// check refuses addresses that are not of the web, and hosts that are not listed.
func (c *Client) check(u *url.URL, hosts []string) error {
	if (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return badURL()
	}
	if hosts != nil && !listed(u, hosts) {
		return refused()
	}
	return nil
}

func listed(u *url.URL, hosts []string) bool {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	for _, h := range hosts {
		name, port, found := strings.Cut(strings.ToLower(h), ":")
		if !found {
			port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
		}
		actual := u.Port()
		if actual == "" {
			actual = map[string]string{"https": "443", "http": "80"}[u.Scheme]
		}
		below, wild := strings.CutPrefix(name, "*")
		if actual == port && (host == name || wild && strings.HasSuffix(host, below)) {
			return true
		}
	}
	return false
}

type hostsKey struct{}

func withHosts(ctx context.Context, hosts []string) context.Context {
	return context.WithValue(ctx, hostsKey{}, hosts)
}

// hostsOf are the hosts of the request that a redirect belongs to.
func hostsOf(ctx context.Context) []string {
	hosts, _ := ctx.Value(hostsKey{}).([]string)
	return hosts
}

// failure keeps a refusal, and says of everything else only that nobody answered.
func failure(err error) error {
	if p := problem.As(err); p != nil {
		return p
	}
	return &problem.Error{Code: problem.Unavailable, Key: "egress_unavailable", Err: err}
}
