package record_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/store"
)

// 100 parallel moves of one record are one transition, one history row
// and one stage visit.
func TestATransitionHappensOnce(t *testing.T) {
	t.Parallel()
	effects := &countingEffect{}
	o := newOffice(t, withEffect(effects))
	ann := o.as("ann")
	d := o.must(ann.create("deal", `{"name":"x"}`)).ID
	effects.n.Store(0)
	var done atomic.Int32
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			switch _, err := ann.move("deal", d, "lost", `{}`, "no"); problem.CodeOf(err) {
			case "":
				done.Add(1)
			case problem.Transition:
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if done.Load() != 1 || len(o.history(d)) != 2 || len(o.rows("stage_visit", "record", d)) != 2 {
		t.Errorf("%d moves, %d history rows, %d visits", done.Load(), len(o.history(d)), len(o.rows("stage_visit", "record", d)))
	}
	if n := len(o.rows("weft_job_probe", "record", d)); n != 2 {
		t.Errorf("%d jobs, want one of the create and one of the move", n)
	}
}

func TestConcurrentPatchesOfDifferentFieldsAllHold(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	d := o.must(ann.create("deal", `{"name":"x"}`)).ID
	var wg sync.WaitGroup
	for _, text := range []string{`{"amount":1}`, `{"close_date":"2026-01-31"}`, `{"tags":["t"]}`, `{"external_id":"E"}`} {
		wg.Go(func() {
			for range 5 {
				if _, err := ann.patch("deal", d, text); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	doc := o.doc("deal", d)
	if doc["amount"] == nil || doc["close_date"] == nil || doc["tags"] == nil || doc["external_id"] != "E" || doc["rev"] != float64(5) {
		t.Errorf("after: %v", doc)
	}
}

func TestOneOfManyTakesAUniqueKey(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	var taken, refused atomic.Int32
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			switch _, err := ann.create("deal", fmt.Sprintf(`{"name":"%d","external_id":"E"}`, i)); problem.CodeOf(err) {
			case "":
				taken.Add(1)
			case problem.Unique:
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if taken.Load() != 1 || refused.Load() != 19 {
		t.Errorf("%d took the key, %d were refused", taken.Load(), refused.Load())
	}
}

// The worst moment: the deletion has just seen that nothing refers to the account.
func TestAReferenceBetweenCheckAndDeletion(t *testing.T) {
	t.Parallel()
	var o *office
	var account string
	var once sync.Once
	late := &lateStore{}
	o = newOffice(t, withStore(func(s store.Store) store.Store { late.Store = s; return late }))
	admin := o.as("admin")
	account = o.must(admin.create("account", `{"name":"A"}`)).ID
	var failed error
	late.afterCount = func() {
		once.Do(func() { _, failed = admin.create("deal", `{"name":"x","account":"`+account+`"}`) })
	}
	_, err := admin.remove("account", account)
	there := o.doc("account", account) != nil
	if there != (err != nil) || there == (failed != nil) {
		t.Errorf("deletion: %v, reference: %v, account there: %v", err, failed, there)
	}
}

// A deletion that was cut off in the middle does not lock its record for ever.
func TestAHoldThatWasLeftBehindEnds(t *testing.T) {
	t.Parallel()
	now := time.Now()
	o := newOffice(t, func(r *record.Options) { r.Now = func() time.Time { return now } })
	admin := o.as("admin")
	a := o.must(admin.create("account", `{"name":"A"}`)).ID
	hold := `{"id":"` + a + `","rev":1,"held_at":"` + now.UTC().Format(time.RFC3339) + `"}`
	op := store.Op{Kind: store.Insert, Collection: record.BinCollection, Doc: store.Doc{ID: a, Rev: 1, Body: []byte(hold)}}
	if err := o.store.Commit(t.Context(), &store.Batch{Ops: []store.Op{op}}); err != nil {
		t.Fatal(err)
	}
	_, err := admin.create("deal", `{"name":"x","account":"`+a+`"}`)
	o.refused(err, problem.Conflict)
	now = now.Add(time.Minute)
	o.must(admin.create("deal", `{"name":"x","account":"`+a+`"}`))
	now = now.Add(time.Minute)
	_, err = admin.remove("account", a)
	o.refused(err, problem.Referenced)
	if o.doc("weft_bin", a) != nil {
		t.Error("the refused deletion left its hold")
	}
}

type lateStore struct {
	store.Store
	afterCount func()
}

func (l *lateStore) Count(ctx context.Context, collection string, where query.Expr, limit int) (int64, error) {
	n, err := l.Store.Count(ctx, collection, where, limit)
	if l.afterCount != nil {
		l.afterCount()
	}
	return n, err
}

// A reference never dangles: either the account is gone before the deal names
// it, or the deal is there and the account stays.
func TestAReferenceAndADeletionCross(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	for range 20 {
		a := o.must(admin.create("account", `{"name":"A"}`)).ID
		var wg sync.WaitGroup
		var deal string
		wg.Go(func() {
			if r, err := admin.create("deal", `{"name":"x","account":"`+a+`"}`); err == nil {
				deal = r.ID
			}
		})
		wg.Go(func() { _, _ = admin.remove("account", a) })
		wg.Wait()
		if exists := o.doc("account", a) != nil; exists != (deal != "") {
			t.Fatalf("account there: %v, deal: %q", exists, deal)
		}
	}
}
