package live_test

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"weft/runtime/live"
)

const all = `{"op":"subscribe","ref":"a","entity":"deal","query":{"where":["name","present"]}}`

// A client that returns with its last seq learns exactly what it missed.
func TestResume(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	token := st.session("admin")
	c := st.dial(token)
	kept, gone := st.create("deal", doc{"name": "kept"}), st.create("deal", doc{"name": "gone"})
	c.send(all)
	last := c.want("snapshot").Seq
	must(t, c.conn.Close())
	waitFor(t, func() bool { return st.hub.Sockets() == 0 })

	added := st.create("deal", doc{"name": "added"})
	st.remove("deal", gone)
	st.update("deal", kept, doc{"amount": 1.0})
	st.create("account", doc{"name": "another entity"})

	c = st.dial(token)
	c.send(strings.Replace(all, `"ref"`, fmt.Sprintf(`"seq":%d,"ref"`, last), 1))
	got := map[string]string{}
	for range 3 {
		m := c.next()
		if m.Event == "put" {
			m.ID = m.Items[0]["id"].(string)
		}
		got[m.ID] = m.Event
	}
	if got[kept] != "put" || got[added] != "put" || got[gone] != "drop" {
		t.Errorf("got %v", got)
	}
}

// What the hub does not know any more it says so, and begins anew.
func TestResumeUnknown(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	id := st.create("deal", doc{"name": "d"})
	c := st.dial(st.session("admin"))
	c.send(strings.Replace(all, `"ref"`, `"seq":1,"ref"`, 1))
	c.want("resync")
	if m := c.want("snapshot"); len(m.Items) != 1 || m.Items[0]["id"] != id {
		t.Errorf("got %+v", m)
	}
}

// waitForTurn waits for what another goroutine does.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never happens")
		}
	}
}

func TestSocketLimits(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{Frame: 1000, Subscriptions: 3, SocketsPerUser: 2, Messages: 10})
	token := st.session("admin")
	c := st.dial(token)
	for i := range 3 {
		c.send(strings.Replace(all, `"a"`, fmt.Sprintf(`"r%d"`, i), 1))
		c.want("snapshot")
	}
	c.send(all)
	if m := c.want("error"); m.Problem["code"] != "rate" {
		t.Errorf("a fourth subscription: %+v", m)
	}
	for range 50 {
		if c.conn.WriteMessage(websocket.TextMessage, []byte(`{}`)) != nil {
			break
		}
	}
	if code := c.wantClosed(); code != websocket.ClosePolicyViolation {
		t.Errorf("too many messages close with %d", code)
	}
	c = st.dial(token)
	c.send(strings.Repeat("x", 1001))
	if code := c.wantClosed(); code != websocket.CloseMessageTooBig {
		t.Errorf("a large frame closes with %d", code)
	}
	waitFor(t, func() bool { return st.hub.Sockets() == 0 })
	st.dial(token)
	st.dial(token)
	_, resp, err := websocket.DefaultDialer.Dial(st.url, http.Header{"Authorization": {token}})
	if err == nil || resp.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a third socket: %v %v", resp, err)
	}
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	token := st.session("admin")
	for name, c := range map[string]struct {
		header http.Header
		status int
	}{
		"foreign origin": {http.Header{"Authorization": {token}, "Origin": {"https://evil.example"}}, http.StatusForbidden},
		"nobody":         {http.Header{}, http.StatusUnauthorized},
		"no session":     {http.Header{"Authorization": {"wfs_x"}}, http.StatusUnauthorized},
	} {
		_, resp, err := websocket.DefaultDialer.Dial(st.url, c.header)
		if err == nil || resp.StatusCode != c.status {
			t.Errorf("%s: %v %v, want %d", name, resp, err, c.status)
		}
	}
	req, err := http.NewRequest(http.MethodGet, "http"+strings.TrimPrefix(st.url, "ws"), nil)
	must(t, err)
	req.Header.Set("Authorization", token)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	must(t, resp.Body.Close())
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a plain request: %d", resp.StatusCode)
	}
}

// A client that does not read costs only itself: it is cut off, the others go
// on.
func TestSlowClient(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{Queue: 500_000, Write: 200 * time.Millisecond})
	c, other := st.dial(st.session("admin")), st.dial(st.session("admin"))
	must(t, c.conn.UnderlyingConn().(*net.TCPConn).SetReadBuffer(4096))
	for _, one := range []*client{c, other} {
		one.send(all)
		one.want("snapshot")
	}
	id := st.create("deal", doc{"name": "n", "notes": strings.Repeat("长", 90_000)})
	other.want("put")
	for i := 0; st.hub.Sockets() == 2; i++ { // until the buffers of both ends are full
		st.update("deal", id, doc{"amount": float64(i)})
		other.want("put")
	}
	other.wantPut(st.create("deal", doc{"name": "still here"}))
}

func TestCloseSaysGoingAway(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	c := st.dial(st.session("admin"))
	c.send(all)
	c.want("snapshot")
	must(t, st.hub.Close())
	if code := c.wantClosed(); code != websocket.CloseGoingAway {
		t.Errorf("closed with %d", code)
	}
}
