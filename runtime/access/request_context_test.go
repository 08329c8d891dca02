package access_test

import (
	"context"
	"encoding/json"
	"testing"

	"weft/runtime/access"
	"weft/runtime/store"
	"weft/schemas"
)

// contextStore remembers the context of the last read, which ends with it.
type contextStore struct {
	store.Store
	last context.Context
}

func (s *contextStore) Get(ctx context.Context, collection, id string) (store.Doc, error) {
	s.last = ctx
	if err := ctx.Err(); err != nil {
		return store.Doc{}, err
	}
	return s.Store.Get(ctx, collection, id)
}

// Rights are shared by requests; each request's reads end with its own
// context, and none sees the context of the request that compiled them. (B4)
func TestSharedRightsReadWithTheContextOfTheirRequest(t *testing.T) {
	t.Parallel()
	named := grant("deal", "filter", "read")
	named.Scopes[0].Where = json.RawMessage(`["owner.name","=","Name of ann"]`)
	h := newFixture(t, role("reader", named))
	spy := &contextStore{Store: h.store}
	h.Service = access.New(access.Options{Store: spy, Current: h.current, Now: h.clock})
	h.user("ann", nil)
	reader := &access.Actor{UserID: h.user("bob", nil, "reader")}
	type key struct{}
	for _, request := range []string{"first", "second"} {
		ctx, end := context.WithCancel(context.WithValue(t.Context(), key{}, request))
		r, err := h.Rights(ctx, reader)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Can("deal", schemas.OpRead, dealOf("ann")) || r.Can("deal", schemas.OpRead, dealOf("bob")) {
			t.Errorf("%s request: wrong rows", request)
		}
		if got := spy.last.Value(key{}); got != request {
			t.Errorf("%s request: its scope was read with the context of %v", request, got)
		}
		end()
		if r.Can("deal", schemas.OpRead, dealOf("ann")) {
			t.Errorf("%s request: a scope was read after its end", request)
		}
	}
}
