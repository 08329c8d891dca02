package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"weft/runtime/store"
)

func testUnique(t *testing.T, b *suite) {
	b.ensure()
	b.write(
		insert("account", "a", fields{"code": "k1", "stage": "s", "score": 1}),
		insert("account", "b", fields{"stage": "s"}), insert("account", "c", fields{"stage": "s"}), // one key unset: not in the index
		insert("account", "d", fields{"score": 1}), insert("account", "e", nil), insert("account", "f", nil),
		insert("account", "g", fields{"code": "K1"}), // compared by value, not folded
	)
	var refused *store.UniqueError
	for what, test := range map[string]struct {
		op        store.Op
		index, id string
	}{
		"insert":        {insert("account", "x", fields{"code": "k1"}), "login", "x"},
		"replace":       {replace("account", "e", 1, fields{"code": "k1"}), "login", "e"},
		"all keys":      {insert("account", "y", fields{"stage": "s", "score": 1}), "pair", "y"},
		"also 1.0 is 1": {insert("account", "y", fields{"stage": "s", "score": 1.0}), "pair", "y"},
	} {
		err := b.commit(insert("log", what, nil), test.op)
		if !errors.As(err, &refused) || refused.Index != test.index || refused.Collection != "account" || refused.ID != test.id {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := b.s.Get(b.ctx, "log", what); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: the refused batch was partly applied", what)
		}
	}
	b.write(replace("account", "a", 1, fields{"code": "k1"}))                        // itself
	b.write(remove("account", "a", 2), insert("account", "h", fields{"code": "k1"})) // freed in the same batch
}

// testUniqueConcurrent: 16 callers insert the same keys while others write.
func testUniqueConcurrent(t *testing.T, b *suite) {
	const callers, wanted = 16, 12
	b.ensure()
	var won atomic.Int64
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for k := range wanted {
				id := fmt.Sprintf("%d-%d", c, k)
				err := b.commit(insert("log", id, nil), insert("account", id, fields{"code": fmt.Sprint("key", k)}))
				var refused *store.UniqueError
				switch {
				case err == nil:
					won.Add(1)
				case !errors.As(err, &refused) || refused.ID != id || refused.Index != "login":
					t.Error(err)
				}
				if err := b.commit(insert("deal", id, nil)); err != nil {
					t.Errorf("another batch of the same group: %v", err)
				}
			}
		})
	}
	wg.Wait()
	b.same("winners", won.Load(), wanted)
	for _, collection := range []string{"account", "log"} {
		n, err := b.s.Count(b.ctx, collection, nil, 0)
		b.must(err)
		b.same(collection, n, wanted)
	}
	n, err := b.s.Count(b.ctx, "deal", nil, 0)
	b.must(err)
	b.same("bystanders", n, callers*wanted)
}
