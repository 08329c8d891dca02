package record_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"weft/runtime/problem"
	"weft/runtime/record"
)

// hookFunc is a hook made of a function.
type hookFunc func(ch *record.Event) error

func (f hookFunc) Before(_ context.Context, _ record.Call, _ record.Reader, events []*record.Event) error {
	for _, ev := range events {
		if ev.Entity != "deal" {
			continue
		}
		if err := f(ev); err != nil {
			return err
		}
	}
	return nil
}

func TestWhatAHookWritesIsCheckedLikeAnyValue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hook   hookFunc
		code   problem.Code
		fields []string
	}{
		"a good value":     {func(ch *record.Event) error { ch.After["finance_status"] = "new"; return nil }, "", nil},
		"cleared":          {func(ch *record.Event) error { delete(ch.After, "name"); return nil }, problem.Invalid, []string{"/name required"}},
		"a wrong type":     {func(ch *record.Event) error { ch.After["close_date"] = 5.0; return nil }, problem.Invalid, []string{"/close_date wrong_type"}},
		"no such field":    {func(ch *record.Event) error { ch.After["colour"] = "x"; return nil }, problem.Invalid, []string{"/colour hook_unknown_field"}},
		"a computed field": {func(ch *record.Event) error { ch.After["twice"] = 9.0; return nil }, problem.Invalid, []string{"/twice hook_unknown_field"}},
		"a dangling reference": {func(ch *record.Event) error {
			ch.After["account"] = "0190a000-0000-7000-8000-000000000000"
			return nil
		}, problem.Invalid, []string{"/account no_such_record"}},
		"a stage with guards": {func(ch *record.Event) error { ch.After["stage"] = "review"; return nil }, problem.Guard, nil},
		"a refusal":           {func(*record.Event) error { return problem.New(problem.Forbidden, "no_right", nil) }, problem.Forbidden, nil},
		"a crash":             {func(*record.Event) error { return errors.New("script crashed") }, problem.Internal, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, withHook(c.hook))
			r, err := o.as("ann").create("deal", `{"name":"x"}`)
			if c.code != "" {
				if c.code == problem.Internal {
					if problem.CodeOf(err) != problem.Internal {
						t.Errorf("%v", err)
					}
					return
				}
				o.refused(err, c.code, c.fields...)
				return
			}
			if doc := o.doc("deal", o.must(r, err).ID); doc["finance_status"] != "new" {
				t.Errorf("stored: %v", doc)
			}
		})
	}
}

func TestRunningNumbersAreNeverGivenTwice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	var mu sync.Mutex
	seen := map[any]bool{}
	note := func(number any) {
		mu.Lock()
		defer mu.Unlock()
		if seen[number] {
			t.Errorf("%v twice", number)
		}
		seen[number] = true
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if r, err := ann.create("deal", `{"name":"x"}`); err != nil {
				t.Error(err)
			} else {
				note(wire(t, r)["number"])
			}
		})
	}
	wg.Go(func() {
		for _, r := range o.as("admin").importing(dealRows(30, func(int) map[string]any { return map[string]any{"name": "y"} }), false) {
			note(o.doc("deal", r.ID)["number"])
		}
	})
	wg.Wait()
}
