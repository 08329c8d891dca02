package record_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"weft/runtime/problem"
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
