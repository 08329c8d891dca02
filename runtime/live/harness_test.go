package live_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"weft/runtime/access"
	"weft/runtime/live"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/runtime/store/storetest/anystore"
	"weft/schemas"
)

// harness is the whole way from the store to a websocket client.
type harness struct {
	t       testing.TB
	store   store.Store
	access  *access.Service
	records *record.Service
	current *model.Current
	hub     *live.Hub
	url     string
	admin   *access.Actor
}

func title(s string) schemas.Title { return schemas.Title{ZhCN: s, En: s} }

func field(key string, t schemas.FieldType) *schemas.Field {
	return &schemas.Field{Key: key, FieldType: t, Title: title(key)}
}

// definitions: deals with an owner and an account; sales read their own and
// cannot see the margin, managers those of their subordinates too, with it.
func definitions() *schemas.Set {
	account := field("account", schemas.TypeReference)
	account.Entity = "account"
	name := field("name", schemas.TypeText)
	name.Searchable = true
	all := []schemas.Scope{{Type: "all"}}
	read := []schemas.Operation{schemas.OpRead}
	return &schemas.Set{
		Entities: []*schemas.Entity{
			{Kind: schemas.KindEntity, Key: "account", Type: "object", Title: title("Account"), TitleField: "name",
				Properties: schemas.Properties{field("name", schemas.TypeText), field("sector", schemas.TypeText)}},
			{Kind: schemas.KindEntity, Key: "deal", Type: "object", Title: title("Deal"), TitleField: "name", OwnerField: "owner",
				Properties: schemas.Properties{name, field("amount", schemas.TypeNumber), field("margin", schemas.TypeNumber),
					field("notes", schemas.TypeLongText),
					field("owner", schemas.TypeUser), account}},
		},
		Roles: []*schemas.Role{
			{Kind: schemas.KindRole, Key: "sales", Title: title("Sales"), Grants: []schemas.Grant{
				{Entity: "deal", Operations: read, Scopes: []schemas.Scope{{Type: "own"}}, Read: schemas.FieldSet{All: true, Except: []string{"margin"}}},
				{Entity: "account", Operations: read, Scopes: all, Read: schemas.FieldSet{All: true}}}},
			{Kind: schemas.KindRole, Key: "manager", Title: title("Manager"), Grants: []schemas.Grant{
				{Entity: "deal", Operations: read, Scopes: []schemas.Scope{{Type: "own"}, {Type: "subordinates"}}, Read: schemas.FieldSet{All: true}}}},
		},
	}
}

func newHarness(t testing.TB, limits live.Limits) *harness {
	t.Helper()
	db := anystore.Open(t)
	m, problems := model.Compile(definitions(), 1)
	if len(problems) > 0 {
		t.Fatalf("compile: %v", problems)
	}
	must(t, db.Ensure(t.Context(), append(record.Collections(m), access.Collections()...)))
	current := &model.Current{}
	current.Swap(m)
	if limits.Check == 0 {
		limits.Check = 100 * time.Millisecond
	}
	st := &harness{t: t, store: db, current: current, access: access.New(access.Options{Store: db, Current: current})}
	st.records = record.New(record.Options{Store: db, Current: current, Authority: st.access})
	st.hub = live.New(live.Options{Store: db, Reads: read.New(read.Options{Store: db, Authority: st.access}), Authority: st.access, Current: current, Limits: limits})
	server := httptest.NewServer(http.HandlerFunc(st.serve))
	st.url = "ws" + strings.TrimPrefix(server.URL, "http")
	t.Cleanup(func() {
		must(t, st.hub.Close())
		server.Close()
	})
	_, _, err := st.access.EnsureAdmin(t.Context(), "correct horse")
	must(t, err)
	st.admin, err = st.access.ActorOf(t.Context(), "admin")
	must(t, err)
	return st
}

func (st *harness) serve(w http.ResponseWriter, r *http.Request) {
	a, err := st.access.Authenticate(r.Context(), r.Header.Get("Authorization"))
	if err == nil {
		err = st.hub.Serve(w, r, a)
	}
	if p := problem.As(err); p != nil {
		http.Error(w, p.Error(), p.Code.Status())
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type doc = map[string]any

func (st *harness) create(entity string, values doc) string {
	st.t.Helper()
	r, err := st.records.Create(st.t.Context(), record.Call{Actor: st.admin, Source: "api"}, entity, values)
	must(st.t, err)
	return r.ID
}

func (st *harness) update(entity, id string, patch doc) {
	st.t.Helper()
	_, err := st.records.Update(st.t.Context(), record.Call{Actor: st.admin, Source: "api"}, entity, id, patch)
	must(st.t, err)
}

func (st *harness) remove(entity, id string) {
	st.t.Helper()
	_, err := st.records.Delete(st.t.Context(), record.Call{Actor: st.admin, Source: "api"}, entity, id)
	must(st.t, err)
}

// user makes a user with a role; superior may be "".
func (st *harness) user(login, role, superior string) string {
	st.t.Helper()
	values := doc{"login": login, "name": login, "active": true}
	if superior != "" {
		values["superior"] = superior
	}
	id := st.create("user", values)
	if role != "" {
		st.create("role_assignment", doc{"user": id, "role": role})
	}
	return id
}

// session opens a session and gives its secret.
func (st *harness) session(login string) string {
	st.t.Helper()
	a, err := st.access.ActorOf(st.t.Context(), login)
	must(st.t, err)
	token, err := st.access.OpenSession(st.t.Context(), a, access.SignInOrigin{})
	must(st.t, err)
	return token
}

// client is one websocket.
type client struct {
	t    testing.TB
	conn *websocket.Conn
}

func (st *harness) dial(token string) *client {
	st.t.Helper()
	conn, resp, err := websocket.DefaultDialer.Dial(st.url, http.Header{"Authorization": {token}})
	if err != nil {
		st.t.Fatalf("dial: %v %v", resp, err)
	}
	st.t.Cleanup(func() { _ = conn.Close() })
	return &client{st.t, conn}
}

func (c *client) send(text string) {
	c.t.Helper()
	must(c.t, c.conn.WriteMessage(websocket.TextMessage, []byte(text)))
}

// message is a frame from the hub.
type message struct {
	Ref     string         `json:"ref"`
	Seq     uint64         `json:"seq"`
	Event   string         `json:"event"`
	Items   []doc          `json:"items"`
	ID      string         `json:"id"`
	Problem map[string]any `json:"problem"`
}

// next reads one frame.
func (c *client) next() message {
	c.t.Helper()
	must(c.t, c.conn.SetReadDeadline(time.Now().Add(20*time.Second)))
	_, data, err := c.conn.ReadMessage()
	must(c.t, err)
	var m message
	must(c.t, json.Unmarshal(data, &m))
	return m
}

// want reads one frame of an event and returns it.
func (c *client) want(event string) message {
	c.t.Helper()
	m := c.next()
	if m.Event != event {
		c.t.Fatalf("got %+v, want %s", m, event)
	}
	return m
}

// wantPut reads a put of a record.
func (c *client) wantPut(id string) doc {
	c.t.Helper()
	m := c.want("put")
	if len(m.Items) != 1 || m.Items[0]["id"] != id {
		c.t.Fatalf("got %+v, want a put of %s", m, id)
	}
	return m.Items[0]
}

func (c *client) wantDrop(id string) message {
	c.t.Helper()
	m := c.want("drop")
	if m.ID != id || m.Items != nil {
		c.t.Fatalf("got %+v, want a drop of %s without content", m, id)
	}
	return m
}

// wantClosed reads until the socket is closed and gives the code.
func (c *client) wantClosed() int {
	c.t.Helper()
	must(c.t, c.conn.SetReadDeadline(time.Now().Add(20*time.Second)))
	for {
		if _, _, err := c.conn.ReadMessage(); err != nil {
			closed, ok := err.(*websocket.CloseError)
			if !ok {
				c.t.Fatalf("not closed: %v", err)
			}
			return closed.Code
		}
	}
}
