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
	"weft/runtime/settings"
	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
	"weft/runtime/store/sqlite"
	"weft/schemas"
)

// twoProcesses are two apps on one database.
type twoProcesses struct {
	t     *testing.T
	a, b  *app.App
	token string // a session of admin, valid on both
}

// onTwoProcesses runs a test on two connections to one MongoDB, and on two apps
// over one embedded store.
func onTwoProcesses(t *testing.T, run func(*twoProcesses)) {
	t.Helper()
	t.Run("mongodb", func(t *testing.T) {
		t.Parallel()
		uri := mongotest.URI(t)
		run(openTwoProcesses(t, func() store.Store {
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
		run(openTwoProcesses(t, func() store.Store { return s }))
	})
}

func openTwoProcesses(t *testing.T, open func() store.Store) *twoProcesses {
	t.Helper()
	apps := make([]*app.App, 2)
	for i := range apps {
		dir := t.TempDir()
		a, err := app.Open(t.Context(), app.Options{
			Store: open(), Files: filepath.Join(dir, "files"),
			First: settings.Settings{Zone: "UTC"}, Now: time.Now, AdminPassword: "two-processes-1", Version: "test",
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		})
		apps[i] = a
	}
	w := &twoProcesses{t: t, a: apps[0], b: apps[1]}
	actor, err := w.a.Access.ActorOf(t.Context(), access.AdminLogin)
	if err != nil {
		t.Fatal(err)
	}
	if w.token, err = w.a.Access.OpenSession(t.Context(), actor, access.SignInOrigin{Agent: "test"}); err != nil {
		t.Fatal(err)
	}
	return w
}

// call sends a request of admin to one of the apps.
func (w *twoProcesses) call(a *app.App, method, path, body string, header ...string) (int, string) {
	return w.callAs(w.token, a, method, path, body, header...)
}

func (w *twoProcesses) callAs(token string, a *app.App, method, path, body string, header ...string) (int, string) {
	r := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(body)).WithContext(context.WithoutCancel(w.t.Context()))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	out := httptest.NewRecorder()
	a.API.ServeHTTP(out, r)
	return out.Code, out.Body.String()
}

func (w *twoProcesses) eventually(what string, fn func() bool) {
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
func (w *twoProcesses) deal(more string) schemas.Definition {
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

func (w *twoProcesses) publish(a *app.App, more string) (int64, error) {
	set := a.Current.Model().Set.Clone()
	set.Add(w.deal(more))
	return a.Builder.Publish(w.t.Context(), access.AdminLogin, set)
}

// A version that one process publishes is loaded by the other; changes there
// that meet it are built again under the new definitions and not refused.
func TestTheOtherProcessLoadsAPublishedVersion(t *testing.T) {
	t.Parallel()
	onTwoProcesses(t, func(w *twoProcesses) {
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

// Of two publishes at once each sees the other's definitions, and both processes
// end with the same version and its unique index.
func TestTwoProcessesPublishAtOnce(t *testing.T) {
	t.Parallel()
	onTwoProcesses(t, func(w *twoProcesses) {
		var all sync.WaitGroup
		published := make([]int, 2)
		for i, a := range []*app.App{w.a, w.b} {
			all.Go(func() {
				for n := range 3 {
					if _, err := w.publish(a, number(fmt.Sprintf("f%d", n))+number(fmt.Sprintf("g%d", i*3+n))); err == nil {
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

// One of them recomputes: every record once.
func TestOneOfTwoProcessesRecomputes(t *testing.T) {
	t.Parallel()
	onTwoProcesses(t, func(w *twoProcesses) {
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
		w.eventually("all records are recomputed", func() bool {
			_, body := w.call(w.b, "POST", "/records/deal/query", `{"where":["twice","present"],"count":"exact","limit":1}`)
			return strings.Contains(body, fmt.Sprintf(`"count":%d`, records))
		})
		_, body := w.call(w.a, "POST", "/records/deal/query", `{"where":["rev","!=",2],"count":"exact","limit":1}`)
		if !strings.Contains(body, `"count":0`) {
			t.Errorf("records recomputed more than once: %s", body)
		}
	})
}

// duplicates of a request may come to different processes.
func TestDuplicateRequestsToTwoProcesses(t *testing.T) {
	t.Parallel()
	onTwoProcesses(t, func(w *twoProcesses) {
		answers := make([]string, 6)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() {
				a := []*app.App{w.a, w.b}[i%2]
				status, body := w.call(a, "POST", "/tokens", `{"name":"once","role":"admin"}`, "Idempotency-Key", "duplicate")
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

// S-11
func TestSignOutEndsTheSessionOnTheOtherProcess(t *testing.T) {
	t.Parallel()
	onTwoProcesses(t, func(w *twoProcesses) {
		actor, err := w.b.Access.ActorOf(t.Context(), access.AdminLogin)
		if err != nil {
			t.Fatal(err)
		}
		token, err := w.b.Access.OpenSession(t.Context(), actor, access.SignInOrigin{Agent: "test"})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range []*app.App{w.a, w.b} {
			if status, body := w.callAs(token, a, "GET", "/me", ""); status != 200 {
				t.Fatalf("%d %s", status, body)
			}
		}
		if status, body := w.callAs(token, w.a, "DELETE", "/session", ""); status != 204 {
			t.Fatalf("%d %s", status, body)
		}
		w.eventually("signed out", func() bool { status, _ := w.callAs(token, w.b, "GET", "/me", ""); return status == 401 })
	})
}
