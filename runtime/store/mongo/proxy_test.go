package mongo_test

import (
	"net"
	"strings"
	"testing"
)

// proxy stands between a store and its database.
type proxy struct {
	to string
	// ask hears of every question; where it says false, nobody answers.
	ask func(question []byte) bool
}

// through gives the address of a server by way of a proxy.
func through(t *testing.T, uri string, ask func([]byte) bool) string {
	t.Helper()
	rest, _ := strings.CutPrefix(uri, "mongodb://")
	address, _, _ := strings.Cut(rest, "/")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	p := &proxy{to: address, ask: ask}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return "mongodb://" + l.Addr().String() + "/weft?directConnection=true"
}

func (p *proxy) serve(client net.Conn) {
	database, err := net.Dial("tcp", p.to)
	if err != nil {
		_ = client.Close()
		return
	}
	go p.copy(client, database, func([]byte) bool { return true })
	p.copy(database, client, p.ask)
}

func (p *proxy) copy(to, from net.Conn, ask func([]byte) bool) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if !ask(buffer[:n]) {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
