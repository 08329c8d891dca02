package record_test

import (
	"sync"
	"testing"
	"time"

	"weft/runtime/problem"
	"weft/runtime/record"
)

// the same key and body answer what was answered; another body is refused.
func TestAKeyIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	first := o.must(ann.key("k").create("deal", `{"name":"x"}`))
	o.must(ann.patch("deal", first.ID, `{"name":"changed meanwhile"}`))
	again := o.must(ann.key("k").create("deal", `{"name":"x"}`))
	if !again.Replayed || again.ID != first.ID || again.Rev != 1 || string(again.Record) != string(first.Record) {
		t.Errorf("replayed: %+v, first: %+v", again, first)
	}
	other := ann.key("k")
	other.call.Digest = "another body"
	_, err := other.create("deal", `{"name":"y"}`)
	o.refused(err, problem.Conflict)
	token := ann.key("k")
	narrow := *token.call.Actor
	narrow.TokenRole = narrow.Roles[0]
	token.call.Actor = &narrow
	if o.must(token.create("deal", `{"name":"x"}`)).Replayed {
		t.Error("a token with one role is answered what its user was answered")
	}
	his := o.must(o.as("bob").key("k").create("deal", `{"name":"b"}`))
	if his.Replayed {
		t.Error("the key of another person answers")
	}
}

func TestEveryWriteRemembersItsIdempotencyKey(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	d := o.must(ann.create("deal", `{"name":"x"}`)).ID
	duplicate := o.must(ann.create("deal", `{"name":"y"}`)).ID
	for _, step := range []struct {
		name string
		do   func(p person) (*record.Result, error)
	}{
		{"update", func(p person) (*record.Result, error) { return p.patch("deal", d, `{"name":"z"}`) }},
		{"unchanged", func(p person) (*record.Result, error) { return p.patch("deal", d, `{"name":"z"}`) }},
		{"transition", func(p person) (*record.Result, error) { return p.move("deal", d, "lost", `{}`, "no") }},
		{"merge", func(p person) (*record.Result, error) {
			return o.records.Merge(t.Context(), p.call, "deal", d, []string{duplicate}, nil)
		}},
		{"delete", func(p person) (*record.Result, error) { return p.remove("deal", d) }},
		{"restore", func(p person) (*record.Result, error) { return p.restore("deal", d) }},
	} {
		first := o.must(step.do(ann.key(step.name)))
		again := o.must(step.do(ann.key(step.name)))
		if first.Replayed || !again.Replayed || again.Rev != first.Rev || again.Unchanged != first.Unchanged {
			t.Errorf("%s: first %+v, again %+v", step.name, first, again)
		}
	}
}

// 50 parallel twins make one record.
func TestTwinsMakeOneRecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	ids := make([]string, 50)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			r, err := ann.key("k").create("deal", `{"name":"x","external_id":"E"}`)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = r.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("two records: %s and %s", id, ids[0])
		}
	}
	if n, _ := o.store.Count(t.Context(), "deal", nil, 0); n != 1 {
		t.Errorf("%d deals", n)
	}
}

func TestBulkGoesOnWhereItWasCutOff(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	o.must(ann.create("deal", `{"name":"x"}`))
	request := record.BulkRequest{Op: "update", Where: []byte(`["name","=","x"]`), Values: map[string]any{"name": "y"}}
	first, err := o.records.Bulk(t.Context(), ann.key("k").call, "deal", request)
	if err != nil || len(first) != 1 || first[0].Status != 200 {
		t.Fatalf("%v %v", first, err)
	}
	again, err := o.records.Bulk(t.Context(), ann.key("k").call, "deal", request)
	if err != nil || len(again) != 1 || again[0].ID != first[0].ID || again[0].Rev != first[0].Rev {
		t.Fatalf("%v %v", again, err)
	}
}

func TestAnswersAreForgotten(t *testing.T) {
	t.Parallel()
	now := time.Now()
	o := newOffice(t, func(r *record.Options) { r.Now = func() time.Time { return now } })
	o.must(o.as("ann").key("k").create("deal", `{"name":"x"}`))
	sweep := func() int {
		n, err := o.records.SweepAnswers(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	now = now.Add(24 * time.Hour)
	if n := sweep(); n != 0 {
		t.Errorf("%d forgotten within a day", n)
	}
	now = now.Add(25 * time.Hour)
	if n := sweep(); n != 1 {
		t.Errorf("%d forgotten after two days", n)
	}
}
