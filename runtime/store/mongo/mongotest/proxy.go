//go:build unix

package mongotest

import (
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
)

// Proxy stands between a program and its database.
type Proxy struct {
	// URI names the database at the proxy's address.
	URI string

	t        testing.TB
	rules    ProxyRules
	to, at   string
	dropping atomic.Bool

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool
}

// ProxyRules say what a proxy forwards; nil functions forward everything
// unchanged.
type ProxyRules struct {
	// ForwardRequest is called with every request; when it returns false, the
	// request is dropped.
	ForwardRequest func(question []byte) bool
	// RewriteResponse may change a response in place.
	RewriteResponse func(answer []byte)
}

// StartProxy starts a proxy in front of the database of a URI. It ends with the
// test.
func StartProxy(t testing.TB, uri string, r ProxyRules) *Proxy {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{t: t, rules: r, to: u.Host, at: "127.0.0.1:0", conns: map[net.Conn]bool{}}
	p.Listen()
	u.Host = p.at
	q := u.Query()
	q.Del("replicaSet") // clients would connect to the members' own addresses
	q.Set("directConnection", "true")
	u.RawQuery = q.Encode()
	p.URI = u.String()
	t.Cleanup(func() {
		p.StopListening()
		p.CloseConnections()
	})
	return p
}

// DropTraffic drops what either side sends, and closes nothing, until
// ResumeTraffic.
func (p *Proxy) DropTraffic() { p.dropping.Store(true) }

// ResumeTraffic forwards everything again. Connections that lost traffic are
// useless and are closed.
func (p *Proxy) ResumeTraffic() {
	p.dropping.Store(false)
	p.CloseConnections()
}

// StopListening refuses new connections; existing ones stay.
func (p *Proxy) StopListening() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.listener.Close() // it may be closed already
}

// Listen accepts connections again, at the same address.
func (p *Proxy) Listen() {
	p.t.Helper()
	l, err := net.Listen("tcp", p.at)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	p.listener, p.at = l, l.Addr().String()
	p.mu.Unlock()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
}

// CloseConnections ends all connections.
func (p *Proxy) CloseConnections() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

func (p *Proxy) serve(client net.Conn) {
	database, err := net.Dial("tcp", p.to)
	if err != nil {
		_ = client.Close()
		return
	}
	p.mu.Lock()
	p.conns[client], p.conns[database] = true, true
	p.mu.Unlock()
	go p.copy(client, database, func(answer []byte) bool {
		if p.rules.RewriteResponse != nil {
			p.rules.RewriteResponse(answer)
		}
		return true
	})
	p.copy(database, client, func(question []byte) bool { return p.rules.ForwardRequest == nil || p.rules.ForwardRequest(question) })
}

func (p *Proxy) copy(to, from net.Conn, passes func([]byte) bool) {
	defer func() {
		_, _ = to.Close(), from.Close()
		p.mu.Lock()
		delete(p.conns, from)
		p.mu.Unlock()
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if p.dropping.Load() || !passes(buffer[:n]) {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
