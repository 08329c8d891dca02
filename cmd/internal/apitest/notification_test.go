package apitest

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"weft/cmd/internal/apptest"
	"weft/runtime/notify"
	"weft/runtime/store"
	"weft/schemas"
)

// notifyAll commits a message as its cause would.
func notifyAll(t *testing.T, app *apptest.App, m notify.Message) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	if m.At.IsZero() {
		m.At = time.Now()
	}
	ops, err := app.Notify.Ops(ctx, m)
	if err == nil && len(ops) > 0 {
		err = app.Store.Commit(ctx, &store.Batch{Ops: ops})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// People read their own messages; one about a record that its reader may not see
// does not name it, and a message with a key comes once.
func TestNotificationsBelongToTheirReader(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own := w.Create(t, w.li.Token, "deal", map[string]any{"name": "own"})
	text := schemas.Title{ZhCN: "请跟进", En: "Please follow up"}
	for range 2 {
		notifyAll(t, w.App, notify.Message{To: []string{w.li.ID, w.wang.ID, w.li.ID}, Text: text, Entity: "deal", Record: own, Key: "run-1"})
	}
	notifyAll(t, w.App, notify.Message{To: []string{w.li.ID}, Text: schemas.Title{ZhCN: "第二条", En: "Second"}, At: time.Now().Add(time.Second)})
	var page struct {
		Items  []struct{ ID, Entity, Record string }
		Unread int
	}
	w.Do(t, w.li.Token, "GET", "/notifications", nil).Want(t, 200).JSON(t, &page)
	if len(page.Items) != 2 || page.Unread != 2 || page.Items[1].Record != own || page.Items[1].Entity != "deal" {
		t.Fatalf("%+v", page)
	}
	mine := page.Items[1].ID
	w.Run(t, []apptest.Scenario{
		{Name: "a record that is not seen", As: w.wang.Token, Method: "GET", Path: "/notifications", Status: 200, Has: []string{"Please follow up", `"unread":1`}, Not: []string{own, `"deal"`}},
		{Name: "somebody else's message", As: w.wang.Token, Method: "POST", Path: "/notifications/read", Body: map[string]any{"ids": []string{mine}}, Status: 200, Has: []string{`"read":0`}},
		{Name: "one", As: w.li.Token, Method: "POST", Path: "/notifications/read", Body: map[string]any{"ids": []string{mine}}, Status: 200, Has: []string{`"read":1`}},
		{Name: "the unread", As: w.li.Token, Method: "GET", Path: "/notifications?unread=true", Status: 200, Has: []string{"Second", `"unread":1`}, Not: []string{"follow up"}},
		{Name: "the others", As: w.li.Token, Method: "POST", Path: "/notifications/read", Body: `{"all":true}`, Status: 200, Has: []string{`"read":1`}},
		{Name: "none is left", As: w.li.Token, Method: "GET", Path: "/notifications?unread=true", Status: 200, Has: []string{`"items":[]`, `"unread":0`}},
		{Name: "neither ids nor all", As: w.li.Token, Method: "POST", Path: "/notifications/read", Body: `{}`, Status: 422, Has: []string{`"path":"/ids"`}},
		{Name: "a cursor that is none", As: w.li.Token, Method: "GET", Path: "/notifications?cursor=x", Status: 422, Has: []string{`"path":"/cursor"`}},
		{Name: "nobody", Method: "GET", Path: "/notifications", Status: 401},
	})
}

// A socket that asks for it is told of messages to its user, and to nobody else.
func TestNotificationsAreAnnounced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dial := func(token string) *websocket.Conn {
		conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.URL, "http")+"/api/v1/live", http.Header{"Authorization": {"Bearer " + token}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	send := func(conn *websocket.Conn, text string) {
		t.Helper()
		if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	next := func(conn *websocket.Conn) (ref, event string) {
		t.Helper()
		var m struct{ Ref, Event string }
		if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if err := conn.ReadJSON(&m); err != nil {
			t.Fatal(err)
		}
		return m.Ref, m.Event
	}
	li, wang := dial(w.li.Token), dial(w.wang.Token)
	for _, conn := range []*websocket.Conn{li, wang} {
		send(conn, `{"op":"notifications","ref":"n"}`)
		if ref, event := next(conn); ref != "n" || event != "notification" {
			t.Errorf("%s %s", ref, event)
		}
	}
	notifyAll(t, w.App, notify.Message{To: []string{w.li.ID}, Text: schemas.Title{ZhCN: "请跟进", En: "Please follow up"}})
	if ref, event := next(li); ref != "n" || event != "notification" {
		t.Errorf("%s %s", ref, event)
	}
	send(wang, `{"op":"nothing","ref":"x"}`) // its answer is the next that wang gets
	if ref, event := next(wang); ref != "x" || event != "error" {
		t.Errorf("somebody else is told: %s %s", ref, event)
	}
	send(li, `{"op":"unsubscribe","ref":"n"}`)
	send(li, `{"op":"nothing","ref":"x"}`)
	if ref, _ := next(li); ref != "x" {
		t.Error(ref)
	}
}

func TestNotificationsComeInPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 60 {
		notifyAll(t, w.App, notify.Message{To: []string{w.li.ID}, Text: schemas.Title{ZhCN: "条", En: "item"}})
	}
	seen, cursor := map[string]bool{}, ""
	for range 3 {
		var page struct {
			Items  []struct{ ID string }
			Cursor string
		}
		w.Do(t, w.li.Token, "GET", "/notifications?cursor="+cursor, nil).Want(t, 200).JSON(t, &page)
		for _, n := range page.Items {
			seen[n.ID] = true
		}
		if cursor = page.Cursor; cursor == "" {
			break
		}
	}
	if len(seen) != 60 {
		t.Errorf("%d messages in all pages", len(seen))
	}
}
