package record_test

import (
	"context"
	"errors"
	"fmt"
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

// B1: a hook that changes nested values in place.
func TestAHookCannotChangeNestedValuesUnchecked(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withHook(hookFunc(func(ev *record.Event) error {
		if list, ok := ev.After["proof"].([]any); ok {
			list[0] = 42.0
		}
		if list, ok := ev.Before["proof"].([]any); ok {
			list[0] = 42.0
		}
		return nil
	})))
	ann := o.as("ann")
	_, err := ann.create("deal", `{"name":"x","proof":["`+ann.upload("f")+`"]}`)
	o.refused(err, problem.Invalid, "/proof/0 wrong_type")
}

func TestProblemsOfHooksJoinTheOthers(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withHook(hookFunc(func(ev *record.Event) error {
		ev.Refuse(problem.Of(problem.Invalid, problem.At("/amount", "required")))
		ev.After["created_at"] = "2020-01-01T00:00:00.000Z"
		return nil
	})))
	_, err := o.as("ann").create("deal", `{"name":"x","account":"0190a000-0000-7000-8000-000000000000"}`)
	o.refused(err, problem.Invalid, "/account no_such_record", "/amount required", "/created_at read_only")
}

// batchHook notes how many records it is called with.
type batchHook struct {
	mu    sync.Mutex
	sizes []int
}

func (h *batchHook) Before(_ context.Context, _ record.Call, _ record.Reader, events []*record.Event) error {
	if events[0].Entity != "deal" {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sizes = append(h.sizes, len(events))
	for _, ev := range events {
		switch ev.After["name"] {
		case "refused":
			ev.Refuse(problem.Of(problem.Invalid, problem.At("/name", "required")))
		case "crash":
			return errors.New("script crashed")
		default:
			ev.After["finance_status"] = "new"
		}
	}
	return nil
}

func TestAnImportCallsHooksInBatches(t *testing.T) {
	t.Parallel()
	h := &batchHook{}
	o := newOffice(t, withHook(h))
	name := "deal"
	rows := func() []record.Row {
		return dealRows(150, func(i int) map[string]any {
			return map[string]any{"name": map[int]string{7: "refused", 9: name}[i] + map[bool]string{true: "deal"}[i != 7 && i != 9]}
		})
	}
	done := o.as("admin").importing(rows(), false)
	if len(h.sizes) != 1 || h.sizes[0] != 150 {
		t.Errorf("calls with %v records", h.sizes)
	}
	for i, r := range done {
		if bad := r.Problem != nil; bad != (i == 7) || !bad && o.doc("deal", r.ID)["finance_status"] != "new" {
			t.Fatalf("row %d: %+v", i, r)
		}
	}
	name = "crash"
	for i, r := range o.as("admin").importing(rows(), false) {
		if bad := r.Problem != nil; bad != (i == 7 || i == 9) {
			t.Fatalf("row %d of the second import: %+v", i, r)
		}
	}
}

// readingHook copies the name of the account into the deal.
type readingHook struct{ between func() }

func (h *readingHook) Before(ctx context.Context, _ record.Call, read record.Reader, events []*record.Event) error {
	for _, ev := range events {
		id, _ := ev.After["account"].(string)
		if ev.Entity != "deal" || id == "" {
			continue
		}
		doc, err := read.Get(ctx, "account", id)
		if err != nil {
			return err
		}
		list, err := read.Find(ctx, "account", []byte(`["name","=","old"]`), 10)
		if err != nil {
			return err
		}
		ev.After["name"] = fmt.Sprint(doc["name"], " ", len(list))
		if between := h.between; between != nil {
			h.between = nil
			between()
		}
	}
	return nil
}

func TestWhatAHookReadIsReliedOn(t *testing.T) {
	t.Parallel()
	h := &readingHook{}
	o := newOffice(t, withHook(h))
	ann := o.as("ann")
	account := o.must(o.as("admin").create("account", `{"name":"old","owner":"`+ann.id()+`"}`)).ID
	h.between = func() { o.must(o.as("admin").patch("account", account, `{"name":"new"}`)) }
	d := o.must(ann.create("deal", `{"name":"x","account":"`+account+`"}`)).ID
	if name := o.doc("deal", d)["name"]; name != "new 0" {
		t.Errorf("the hook wrote %v of an account that changed meanwhile", name)
	}
}
