package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"weft/cmd/internal/app"
	"weft/runtime/access"
	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
	"weft/runtime/store/sqlite"
	"weft/schemas"
)

// two are houses on one database, as two processes would have it.
type two struct {
	t     *testing.T
	a, b  *app.App
	token string // a session of admin, good in both
}

// eachTwo runs a test on two processes' stores on one MongoDB, and on two
// houses over one embedded store.
func eachTwo(t *testing.T, run func(*two)) {
	t.Helper()
	t.Run("mongodb", func(t *testing.T) {
		t.Parallel()
		uri := mongotest.URI(t)
		run(openTwo(t, func() store.Store {
			s, err := mongo.Open(t.Context(), uri, mongo.Options{UnresponsiveTimeout: 30 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			return s
		}))
	})
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "weft.db"), sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		run(openTwo(t, func() store.Store { return s }))
	})
}

func openTwo(t *testing.T, open func() store.Store) *two {
	t.Helper()
	houses := make([]*app.App, 2)
	for i := range houses {
		dir := t.TempDir()
		h, err := app.Open(t.Context(), app.Options{
			Store: open(), Files: filepath.Join(dir, "files"), Imports: filepath.Join(dir, "imports"),
			Zone: time.UTC, Now: time.Now, AdminPassword: "two-houses-1", Version: "test",
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		})
		houses[i] = h
	}
	w := &two{t: t, a: houses[0], b: houses[1]}
	actor, err := w.a.Access.ActorOf(t.Context(), access.AdminLogin)
	if err != nil {
		t.Fatal(err)
	}
	if w.token, err = w.a.Access.OpenSession(t.Context(), actor, access.Client{Agent: "test"}); err != nil {
		t.Fatal(err)
	}
	return w
}

// call asks one of the houses as admin.
func (w *two) call(h *app.App, method, path, body string, header ...string) (int, string) {
	return w.callAs(w.token, h, method, path, body, header...)
}

func (w *two) callAs(token string, h *app.App, method, path, body string, header ...string) (int, string) {
	r := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(body)).WithContext(context.WithoutCancel(w.t.Context()))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	out := httptest.NewRecorder()
	h.API.ServeHTTP(out, r)
	return out.Code, out.Body.String()
}

func (w *two) eventually(what string, fn func() bool) {
	w.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(20 * time.Second); !fn(); <-tick.C {
		if time.Now().After(end) {
			w.t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// deal is the entity deal with further properties.
func (w *two) deal(more string) schemas.Definition {
	w.t.Helper()
	d, problems := schemas.Decode([]byte(`{"kind":"entity","key":"deal","type":"object","x-title":{"zh-CN":"商机","en":"Deal"},"properties":{
		"name":{"x-type":"text","x-title":{"zh-CN":"名称","en":"Name"},"x-unique":true},
		"amount":{"x-type":"number","x-title":{"zh-CN":"数","en":"Number"}}` + more + `}}`))
	if len(problems) > 0 {
		w.t.Fatal(problems)
	}
	return d
}

func number(key string) string {
	return fmt.Sprintf(`,%q:{"x-type":"number","x-title":{"zh-CN":"数","en":"Number"}}`, key)
}

func (w *two) publish(h *app.App, more string) (int64, error) {
	set := h.Current.Model().Set.Clone()
	set.Add(w.deal(more))
	return h.Builder.Publish(w.t.Context(), access.AdminLogin, set)
}

// What one process publishes is in force in the other; writes there that meet
// it are made under the new definitions and not refused.
func TestTheOtherHouseFollowsAPublishing(t *testing.T) {
	t.Parallel()
	eachTwo(t, func(w *two) {
		more := ""
		for n := range 4 {
			more += number(fmt.Sprintf("f%d", n))
			version, err := w.publish(w.a, more)
			if err != nil {
				t.Fatal(err)
			}
			if n > 0 { // the entity is known there: at once
				if status, body := w.call(w.b, "POST", "/records/deal", fmt.Sprintf(`{"name":"n%d"}`, n)); status != 201 {
					t.Errorf("a write at the other one: %d %s", status, body)
				}
			}
			w.eventually("the new field is known", func() bool {
				status, _ := w.call(w.b, "POST", "/records/deal/query", fmt.Sprintf(`{"sort":["f%d"]}`, n))
				return status == 200 && w.b.Current.Model().Version == version
			})
		}
	})
}

// Two that publish at once: one after the other, and in the end both have the
// same, with the unique index of it.
func TestTwoHousesPublishAtOnce(t *testing.T) {
	t.Parallel()
	eachTwo(t, func(w *two) {
		var all sync.WaitGroup
		published := make([]int, 2)
		for i, h := range []*app.App{w.a, w.b} {
			all.Go(func() {
				for n := range 3 {
					if _, err := w.publish(h, number(fmt.Sprintf("f%d", n))+number(fmt.Sprintf("g%d", i*3+n))); err == nil {
						published[i]++
					}
				}
			})
		}
		all.Wait()
		if published[0]+published[1] == 0 {
			t.Fatal("nothing was published")
		}
		w.eventually("both have the same", func() bool { return w.a.Current.Model().Version == w.b.Current.Model().Version })
		codes := make(chan int, 8)
		for i := range cap(codes) {
			go func() {
				status, _ := w.call([]*app.App{w.a, w.b}[i%2], "POST", "/records/deal", `{"name":"same"}`)
				codes <- status
			}()
		}
		made := 0
		for range cap(codes) {
			if status := <-codes; status == 201 {
				made++
			} else if status != 409 {
				t.Errorf("status %d", status)
			}
		}
		if made != 1 {
			t.Errorf("the unique name was taken %d times", made)
		}
	})
}

// A renewal is done by one of them: every record is renewed once.
func TestRenewalByOneOfTwo(t *testing.T) {
	t.Parallel()
	eachTwo(t, func(w *two) {
		if _, err := w.publish(w.a, ""); err != nil {
			t.Fatal(err)
		}
		const records = 250
		for i := range records {
			if status, body := w.call(w.a, "POST", "/records/deal", fmt.Sprintf(`{"name":"n%d","amount":%d}`, i, i)); status != 201 {
				t.Fatalf("%d %s", status, body)
			}
		}
		if _, err := w.publish(w.a, `,"twice":{"x-type":"formula","x-title":{"zh-CN":"倍","en":"Twice"},"x-formula":"amount * 2","x-result":"number"}`); err != nil {
			t.Fatal(err)
		}
		w.eventually("all records are renewed", func() bool {
			_, body := w.call(w.b, "POST", "/records/deal/query", `{"where":["twice","present"],"count":"exact","limit":1}`)
			return strings.Contains(body, fmt.Sprintf(`"count":%d`, records))
		})
		_, body := w.call(w.a, "POST", "/records/deal/query", `{"where":["rev","!=",2],"count":"exact","limit":1}`)
		if !strings.Contains(body, `"count":0`) {
			t.Errorf("records that were renewed more than once: %s", body)
		}
	})
}

// twins of a request that is done once may come to different processes.
func TestTwinsAtTwoHouses(t *testing.T) {
	t.Parallel()
	eachTwo(t, func(w *two) {
		answers := make([]string, 6)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() {
				h := []*app.App{w.a, w.b}[i%2]
				status, body := w.call(h, "POST", "/tokens", `{"name":"once","role":"admin"}`, "Idempotency-Key", "twin")
				answers[i] = fmt.Sprint(status, " ", body)
			})
		}
		all.Wait()
		for _, a := range answers {
			if !strings.HasPrefix(a, "201 ") || a != answers[0] {
				t.Errorf("answered %s and %s", answers[0], a)
			}
		}
		var list struct {
			Items []json.RawMessage `json:"items"`
		}
		_, body := w.call(w.a, "GET", "/tokens", "")
		if err := json.Unmarshal([]byte(body), &list); err != nil || len(list.Items) != 1 {
			t.Errorf("%d tokens: %s", len(list.Items), body)
		}
	})
}

// S-11: who is put out at one is out at the other.
func TestSignOutHoldsAtTheOtherHouse(t *testing.T) {
	t.Parallel()
	eachTwo(t, func(w *two) {
		actor, err := w.b.Access.ActorOf(t.Context(), access.AdminLogin)
		if err != nil {
			t.Fatal(err)
		}
		token, err := w.b.Access.OpenSession(t.Context(), actor, access.Client{Agent: "test"})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range []*app.App{w.a, w.b} {
			if status, body := w.callAs(token, h, "GET", "/me", ""); status != 200 {
				t.Fatalf("%d %s", status, body)
			}
		}
		if status, body := w.callAs(token, w.a, "DELETE", "/session", ""); status != 204 {
			t.Fatalf("%d %s", status, body)
		}
		w.eventually("signed out", func() bool { status, _ := w.callAs(token, w.b, "GET", "/me", ""); return status == 401 })
	})
}
