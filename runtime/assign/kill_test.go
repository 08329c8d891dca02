package assign_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"weft/runtime/assign"
	"weft/runtime/store"
)

// mortalStore ends at one of its commits, with or without having made it: nothing
// gets through afterwards.
type mortalStore struct {
	store.Store
	at    int64
	after bool
	n     *atomic.Int64
}

var errKilled = errors.New("killed")

func (s mortalStore) Commit(ctx context.Context, b *store.Batch) error {
	n := s.n.Add(1)
	if n > s.at || n == s.at && !s.after {
		return errKilled
	}
	if err := s.Store.Commit(ctx, b); err != nil || n < s.at {
		return err
	}
	return errKilled
}

// Wherever a process ends, what it acknowledged is assigned once, with its trace, and
// what it did not is assigned by the next one; nobody gets too many.
func TestAssignmentsOutliveTheirProcess(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `"load":{"limit":8}`)
	for i := range 4 {
		o.person(fmt.Sprintf("s%d", i), "seller", "")
	}
	leads := make([]string, 32)
	for i := range leads {
		leads[i] = o.add("lead", `{"name":"x"}`)
	}
	acknowledged := map[string]string{}
	var mu sync.Mutex
	for life := range 6 {
		services := o.assign
		if life < 5 {
			services = o.over(mortalStore{Store: o.store, at: int64(4 + life), after: life%2 == 0, n: &atomic.Int64{}})
		}
		var waiting []string // as a trigger asks before it assigns
		for _, id := range leads {
			if o.owner(id) == "" {
				waiting = append(waiting, id)
			}
		}
		var wg sync.WaitGroup
		for _, id := range waiting {
			wg.Go(func() {
				a, err := services.Assign(t.Context(), o.call(""), "r", "lead", id, false)
				if err != nil {
					if life == 5 {
						t.Error(err)
					}
					return
				}
				mu.Lock()
				acknowledged[id] = a.Winner
				mu.Unlock()
			})
		}
		wg.Wait()
	}
	held, traces := map[string]int{}, map[string]int{}
	for _, d := range o.docs("assignment") {
		traces[d["record"].(string)]++
	}
	for _, id := range leads {
		owner := o.owner(id)
		held[owner]++
		if winner := acknowledged[id]; winner != "" && o.names[winner] != owner {
			t.Errorf("%s was given to %s and belongs to %q", id, o.names[winner], owner)
		}
		if traces[id] != 1 {
			t.Errorf("%s has %d traces", id, traces[id])
		}
	}
	for login, n := range held {
		if login == "" || n != 8 {
			t.Errorf("%q has %d", login, n)
		}
	}
	if n := len(o.docs(assign.DetailCollection)); n != 32 {
		t.Errorf("%d traces have candidates", n)
	}
}
