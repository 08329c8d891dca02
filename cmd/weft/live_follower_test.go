package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// followed is the live query of the kill tests: the newest deals, an exact window.
const followed = `{"sort":["-created_at"],"limit":200,"fields":["name","amount"]}`

// follower is a live subscriber that connects again whenever it is cut off,
// and continues after the last message it got.
type follower struct {
	server func() *crashServer

	mu     sync.Mutex
	seq    uint64
	known  bool           // a snapshot has come since the last resync
	amount map[string]any // id → amount
	cuts   int
}

// frame is a message of the live socket.
type frame struct {
	Seq   uint64
	Event string
	ID    string
	Items []struct {
		ID     string `json:"id"`
		Amount any    `json:"amount"`
	}
}

// follow stays connected until ctx ends.
func (f *follower) follow(ctx context.Context) {
	for ctx.Err() == nil {
		f.connection(ctx)
		f.mu.Lock()
		f.cuts++
		f.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (f *follower) connection(ctx context.Context) {
	s := f.server()
	conn, res, err := websocket.DefaultDialer.DialContext(ctx, strings.Replace(s.url, "http", "ws", 1)+"/api/v1/live",
		http.Header{"Authorization": {"Bearer " + s.token}})
	if err != nil {
		return
	}
	res.Body.Close()
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	f.mu.Lock()
	ask := fmt.Sprintf(`{"op":"subscribe","ref":"a","entity":"opportunity","query":%s,"seq":%d}`, followed, f.seq)
	f.mu.Unlock()
	if conn.WriteMessage(websocket.TextMessage, []byte(ask)) != nil {
		return
	}
	for {
		var m frame
		if conn.ReadJSON(&m) != nil || m.Event == "error" {
			return
		}
		f.take(m)
	}
}

func (f *follower) take(m frame) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m.Seq > 0 {
		f.seq = m.Seq
	}
	switch m.Event {
	case "resync":
		f.known, f.seq = false, 0
		return
	case "snapshot":
		f.known, f.amount = true, map[string]any{}
	case "drop":
		delete(f.amount, m.ID)
	}
	for _, item := range m.Items {
		f.amount[item.ID] = item.Amount
	}
}

// sees tells whether the follower has just what a query answers.
func (f *follower) sees(ctx context.Context, t *testing.T) bool {
	t.Helper()
	s := f.server()
	var page struct {
		Items []struct {
			ID     string `json:"id"`
			Amount any    `json:"amount"`
		} `json:"items"`
	}
	api := &client{base: s.url, token: s.token, http: turnHTTP}
	if err := api.call(ctx, "POST", "/records/opportunity/query", json.RawMessage(followed), &page); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{}
	for _, item := range page.Items {
		want[item.ID] = item.Amount
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.known && maps.Equal(f.amount, want)
}

func (f *follower) describe() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fmt.Sprintf("known %t, %d records, seq %d, cut off %d times", f.known, len(f.amount), f.seq, f.cuts)
}
