package apitest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"weft/cmd/internal/apptest"
	"weft/runtime/store"
)

// faultyStore fails commits, or panics, as the test says; while it is down it
// cannot be read either.
type faultyStore struct {
	store.Store
	fault atomic.Pointer[error]
	down  atomic.Bool
}

func (s *faultyStore) Get(ctx context.Context, collection, id string) (store.Doc, error) {
	if s.down.Load() {
		return store.Doc{}, store.ErrUnavailable
	}
	return s.Store.Get(ctx, collection, id)
}

func (s *faultyStore) Find(ctx context.Context, collection string, f store.Find) ([]store.Doc, error) {
	if s.down.Load() {
		return nil, store.ErrUnavailable
	}
	return s.Store.Find(ctx, collection, f)
}

func (s *faultyStore) ChangeNumber(ctx context.Context, collection string) (uint64, error) {
	if s.down.Load() {
		return 0, store.ErrUnavailable
	}
	return s.Store.ChangeNumber(ctx, collection)
}

func (s *faultyStore) Commit(ctx context.Context, b *store.Batch) error {
	switch err := s.fault.Load(); {
	case err == nil:
		return s.Store.Commit(ctx, b)
	case *err == nil:
		panic("the store is gone")
	default:
		return *err
	}
}

// S-25
func TestStoreFailuresHaveTheirOwnCodes(t *testing.T) {
	t.Parallel()
	faulty := &faultyStore{}
	app := apptest.Start(t, apptest.Options{Definitions: dealDefinitions, Wrap: func(s store.Store) store.Store {
		faulty.Store = s
		return faulty
	}})
	li := app.User(t, "li", "agent")
	kept := app.Create(t, li.Token, "deal", map[string]any{"name": "kept"})
	for _, c := range []struct {
		name   string
		err    error
		status int
		code   string
		retry  bool
	}{
		{"cannot be reached", fmt.Errorf("dial: %w", store.ErrUnavailable), 503, "unavailable", true},
		{"outcome unknown", store.ErrUnknown, 503, "outcome_unknown", true},
		{"full", store.ErrFull, 507, "storage_full", false},
		{"read-only", store.ErrReadOnly, 503, "unavailable", true},
		{"something else", fmt.Errorf("secret path /var/lib/x"), 500, "internal", false},
		{"a panic", nil, 500, "internal", false},
	} {
		faulty.fault.Store(&c.err)
		a := app.Do(t, li.Token, "POST", "/records/deal", `{"name":"lost"}`)
		if a.Status != c.status || !strings.Contains(a.Body, `"code":"`+c.code+`"`) || c.retry && a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d, Retry-After %q\n%s", c.name, a.Status, a.Header.Get("Retry-After"), a.Body)
		}
		for _, inside := range []string{"secret", "dial", "panic", "gone", ".go:"} {
			if strings.Contains(a.Body, inside) {
				t.Errorf("%s: the answer shows the inside: %s", c.name, a.Body)
			}
		}
		app.Do(t, li.Token, "GET", "/records/deal/"+kept, nil).Want(t, http.StatusOK)
	}
	faulty.fault.Store(nil)
	list := app.Do(t, li.Token, "POST", "/records/deal/query", `{"count":"exact"}`).Want(t, 200)
	if !strings.Contains(list.Body, `"count":1`) {
		t.Errorf("a refused write is there: %s", list.Body)
	}
	app.Do(t, li.Token, "POST", "/records/deal", `{"name":"again"}`).Want(t, 201)
}

// a client that repeats requests while its session cannot be looked up is
// not limited as one that guesses tokens.
func TestAnUnreachableDatabaseIsNoFailedSignIn(t *testing.T) {
	t.Parallel()
	faulty := &faultyStore{}
	app := apptest.Start(t, apptest.Options{Definitions: dealDefinitions, Unchecked: true, Wrap: func(s store.Store) store.Store {
		faulty.Store = s
		return faulty
	}})
	li := app.User(t, "li", "agent")
	faulty.down.Store(true)
	for n := range 1000 {
		a := app.Do(t, li.Token, "POST", "/records/deal", `{"name":"again"}`)
		if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
			t.Fatalf("call %d: %d, Retry-After %q\n%s", n, a.Status, a.Header.Get("Retry-After"), a.Body)
		}
	}
	faulty.down.Store(false)
	app.Do(t, li.Token, "POST", "/records/deal", `{"name":"again"}`).Want(t, http.StatusCreated)
}
