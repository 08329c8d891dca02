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
	// URI names the database by way of the proxy.
	URI string

	t       testing.TB
	rules   Rules
	to, at  string
	swallow atomic.Bool

	mu       sync.Mutex
	listener net.Listener
	ends     map[net.Conn]bool
}

// Rules say what a proxy lets pass; nil is everything, as it is.
type Rules struct {
	// Ask hears of every question; where it says false, nobody answers.
	Ask func(question []byte) bool
	// Answer may change an answer in its place.
	Answer func(answer []byte)
}

// Through puts a proxy before the database that a URI names. It ends with the test.
func Through(t testing.TB, uri string, r Rules) *Proxy {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{t: t, rules: r, to: u.Host, at: "127.0.0.1:0", ends: map[net.Conn]bool{}}
	p.Accept()
	u.Host = p.at
	q := u.Query()
	q.Del("replicaSet") // the members' own addresses lead past the proxy
	q.Set("directConnection", "true")
	u.RawQuery = q.Encode()
	p.URI = u.String()
	t.Cleanup(func() {
		p.Refuse()
		p.Cut()
	})
	return p
}

// BlackHole swallows whatever either side says, and closes nothing, until Heal.
func (p *Proxy) BlackHole() { p.swallow.Store(true) }

// Heal lets everything pass again. What was swallowed stays so, and with it its
// connections are of no use: they end.
func (p *Proxy) Heal() {
	p.swallow.Store(false)
	p.Cut()
}

// Refuse lets nobody in any more; who is in stays.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.listener.Close() // it may be closed already
}

// Accept lets in again, at the same address.
func (p *Proxy) Accept() {
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

// Cut ends all connections.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.ends {
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
	p.ends[client], p.ends[database] = true, true
	p.mu.Unlock()
	go p.copy(client, database, func(answer []byte) bool {
		if p.rules.Answer != nil {
			p.rules.Answer(answer)
		}
		return true
	})
	p.copy(database, client, func(question []byte) bool { return p.rules.Ask == nil || p.rules.Ask(question) })
}

func (p *Proxy) copy(to, from net.Conn, passes func([]byte) bool) {
	defer func() {
		_, _ = to.Close(), from.Close()
		p.mu.Lock()
		delete(p.ends, from)
		p.mu.Unlock()
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if p.swallow.Load() || !passes(buffer[:n]) {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
