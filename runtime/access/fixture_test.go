package access_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/store"
	"weft/runtime/store/storetest/anystore"
	"weft/schemas"
)

// fixture is a Service on a real store, with a clock of its own.
type fixture struct {
	*access.Service
	t       *testing.T
	store   store.Store
	current *model.Current
	mu      sync.Mutex
	now     time.Time
	n       int
}

func newFixture(t *testing.T, roles ...*schemas.Role) *fixture {
	t.Helper()
	db := anystore.Open(t)
	m, problems := model.Compile(&schemas.Set{Entities: []*schemas.Entity{dealEntity()}, StageMachines: []*schemas.StageMachine{dealMachine()}, Roles: roles}, 1)
	if len(problems) > 0 {
		t.Fatalf("compile: %v", problems)
	}
	collections := access.Collections()
	for key := range m.Entities {
		c := store.Collection{Name: key}
		if key == "user" {
			c.Indexes = []store.Index{{Name: "login", Unique: true, Keys: []store.IndexKey{{Path: m.Entities[key].ByKey["login"].Path()}}}}
		}
		collections = append(collections, c)
	}
	if err := db.Ensure(t.Context(), collections); err != nil {
		t.Fatal(err)
	}
	h := &fixture{t: t, store: db, current: &model.Current{}, now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	h.current.Swap(m)
	h.open()
	return h
}

// open makes a new Service, as after a restart.
func (h *fixture) open() {
	h.Service = access.New(access.Options{Store: h.store, Current: h.current, Now: h.clock})
}

func (h *fixture) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *fixture) wait(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

type doc = map[string]any

// put writes a record, one revision further when it exists.
func (h *fixture) put(collection, id string, values doc) {
	h.t.Helper()
	kind, rev := store.Insert, int64(1)
	body := doc{}
	if old, err := h.store.Get(h.t.Context(), collection, id); err == nil {
		kind, rev = store.Replace, old.Rev+1
		if err := json.Unmarshal(old.Body, &body); err != nil {
			h.t.Fatal(err)
		}
	}
	maps.Copy(body, values)
	body["id"], body["rev"] = id, rev
	raw, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	h.commit(store.Op{Kind: kind, Collection: collection, Doc: store.Doc{ID: id, Rev: rev, Body: raw}, OldRev: rev - 1})
}

func (h *fixture) remove(collection, id string) {
	h.t.Helper()
	h.commit(store.Op{Kind: store.Delete, Collection: collection, Doc: store.Doc{ID: id}})
}

func (h *fixture) commit(op store.Op) {
	h.t.Helper()
	if err := h.store.Commit(h.t.Context(), &store.Batch{Ops: []store.Op{op}}); err != nil {
		h.t.Fatal(err)
	}
}

// user makes an active user with the password "correct horse" and roles.
func (h *fixture) user(login string, values doc, roles ...string) string {
	h.t.Helper()
	id := "u-" + login
	all := doc{"login": login, "name": "Name of " + login, "active": true}
	maps.Copy(all, values)
	h.put("user", id, all)
	for _, role := range roles {
		h.assign(id, role)
	}
	return id
}

func (h *fixture) assign(user, role string) string {
	h.t.Helper()
	h.n++
	id := fmt.Sprintf("a%d", h.n)
	h.put("role_assignment", id, doc{"user": user, "role": role})
	return id
}

const password = "correct horse"

func (h *fixture) password(user string) {
	h.t.Helper()
	if err := h.SetPassword(h.t.Context(), user, password); err != nil {
		h.t.Fatal(err)
	}
}

func (h *fixture) signIn(login string) string {
	h.t.Helper()
	token, _, err := h.SignIn(h.t.Context(), login, password, access.SignInOrigin{Address: "192.0.2.1"})
	if err != nil {
		h.t.Fatalf("sign in as %s: %v", login, err)
	}
	return token
}

// as gives the present rights of a user.
func (h *fixture) as(login string) *access.Rights {
	h.t.Helper()
	a, err := h.ActorOf(h.t.Context(), login)
	if err != nil {
		h.t.Fatal(err)
	}
	r, err := h.Rights(context.Background(), a)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}
