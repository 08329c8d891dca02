package mongo_test

import (
	"bytes"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
)

// silentStream stands between a store and its database. Once mute, whoever asks
// for more of a cursor hears nothing any more; all else is answered.
type silentStream struct {
	to   string
	mute atomic.Bool
	// muted is closed when a question was swallowed.
	muted chan struct{}
	once  sync.Once
}

// listen gives the address of a proxy.
func (p *silentStream) listen(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return l.Addr().String()
}

func (p *silentStream) serve(client net.Conn) {
	database, err := net.Dial("tcp", p.to)
	if err != nil {
		_ = client.Close()
		return
	}
	go p.copy(client, database, false)
	p.copy(database, client, true)
}

func (p *silentStream) copy(to, from net.Conn, questions bool) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if questions && p.mute.Load() && bytes.Contains(buffer[:n], []byte("getMore\x00")) {
			p.once.Do(func() { close(p.muted) })
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// TestSilenceOfTheStreamIsNoPromise: a stream that stays silent, as one to a
// member does that was cut off, does not keep caches alive for long.
func TestSilenceOfTheStreamIsNoPromise(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{})
	other := open(t, server.URI, mongo.Options{})
	ensurePairs(t, other)
	rest, _ := strings.CutPrefix(server.URI, "mongodb://")
	address, _, _ := strings.Cut(rest, "/")
	proxy := &silentStream{to: address, muted: make(chan struct{})}
	s := open(t, "mongodb://"+proxy.listen(t)+"/weft?directConnection=true", mongo.Options{})
	proxy.mute.Store(true)
	<-proxy.muted
	number := func() uint64 {
		n, err := s.ChangeNumber(t.Context(), "deal")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := number()
	if err := other.Commit(t.Context(), pair("a")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a new number", 6*time.Second, func() bool { return number() != before })
	if _, err := s.Get(t.Context(), "deal", "a"); err != nil {
		t.Errorf("all else is answered: %v", err)
	}
}
