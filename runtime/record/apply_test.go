package record_test

import (
	"errors"
	"testing"

	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/store"
)

func probe(id string, kind store.OpKind, old int64) store.Op {
	return store.Op{Kind: kind, Collection: "weft_job_probe", OldRev: old,
		Doc: store.Doc{ID: id, Rev: old + 1, Body: []byte(`{"id":"` + id + `"}`)}}
}

func TestSeveralChangesAreOneCommit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	old := o.must(ann.create("deal", `{"name":"old"}`)).ID
	lost := o.must(ann.create("deal", `{"name":"to lose"}`)).ID
	id := "01930000-0000-7000-8000-000000000001"
	list, err := o.records.Apply(t.Context(), o.as("admin").call, []record.Operation{
		{Op: "create", Entity: "account", ID: id, Values: values(t, `{"name":"A"}`)},
		{Op: "create", Entity: "deal", Values: values(t, `{"name":"new","amount":5,"account":"`+id+`"}`)},
		{Op: "update", Entity: "deal", ID: old, Values: values(t, `{"amount":7,"account":"`+id+`"}`)},
		{Op: "delete", Entity: "deal", ID: old},
		{Op: "transition", Entity: "deal", ID: lost, To: "lost", Comment: "because"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 5 || list[0].ID != id || list[4].ID != lost || wire(t, &list[4])["stage"] != "lost" {
		t.Errorf("results: %+v", list)
	}
	if got := o.figuresOf(id); got != "1 5 5" {
		t.Errorf("roll-ups: %s", got)
	}
	if o.doc("deal", old) != nil {
		t.Error("the deleted deal is still there")
	}
}

func TestSeveralChangesFailTogether(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	before := o.everything()
	_, err := o.records.Apply(t.Context(), admin.call, []record.Operation{
		{Op: "create", Entity: "deal", Values: values(t, `{"name":"good"}`)},
		{Op: "create", Entity: "deal", Values: values(t, `{"name":"bad","amount":"lots"}`)},
		{Op: "create", Entity: "deal", Values: values(t, `{"colour":"red"}`)},
	})
	o.refused(err, problem.Invalid, "/1/amount wrong_type", "/2/colour unknown_field", "/2/name required")
	_, err = o.records.Apply(t.Context(), admin.call, []record.Operation{
		{Op: "create", Entity: "deal", Values: values(t, `{"name":"good"}`)},
		{Op: "update", Entity: "deal", ID: "nobody", Values: values(t, `{"name":"x"}`)},
	})
	if p := o.refused(err, problem.NotFound); p.Extra["operation"] != 1 {
		t.Errorf("operation: %v", p.Extra)
	}
	_, err = o.records.Apply(t.Context(), admin.call, []record.Operation{{Op: "fly", Entity: "deal"}})
	o.refused(err, problem.Invalid, "/0/op unknown_operation")
	if o.everything() != before {
		t.Error("a refused call left something")
	}
}

func TestSeveralChangesAreRepeatedUnderTheirKey(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann").key("k")
	ops := []record.Operation{
		{Op: "create", Entity: "deal", Values: values(t, `{"name":"a"}`)},
		{Op: "create", Entity: "deal", Values: values(t, `{"name":"b"}`)},
	}
	first, err := o.records.Apply(t.Context(), ann.call, ops)
	if err != nil {
		t.Fatal(err)
	}
	again, err := o.records.Apply(t.Context(), ann.call, ops)
	if err != nil || len(again) != 2 || again[0].ID != first[0].ID || again[1].ID != first[1].ID || !again[1].Replayed {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestOperationsOfTheCallerAreCommittedWithTheChange(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	ann.call.Ops = []store.Op{probe("job", store.Insert, 0)}
	d := o.must(ann.create("deal", `{"name":"x"}`)).ID
	ann.call.Ops = []store.Op{probe("job", store.Replace, 1)}
	if r := o.must(ann.patch("deal", d, `{"name":"x"}`)); !r.Unchanged {
		t.Errorf("nothing was to be changed: %+v", r)
	}
	if doc, err := o.store.Get(t.Context(), "weft_job_probe", "job"); err != nil || doc.Rev != 2 {
		t.Errorf("the operation of an unchanged record: %+v, %v", doc, err)
	}
}

func TestAConflictOfTheCallersOperationIsNotRetried(t *testing.T) {
	t.Parallel()
	calls := 0
	o := newOffice(t, withHook(hookFunc(func(*record.Event) error { calls++; return nil })))
	ann := o.as("ann")
	d := o.must(ann.create("deal", `{"name":"x"}`)).ID
	calls = 0
	for name, op := range map[string]store.Op{
		"a job that another worker has": probe("lost", store.Replace, 3),
		"a row that exists":             probe("there", store.Insert, 0),
	} {
		if name == "a row that exists" {
			if err := o.store.Commit(t.Context(), &store.Batch{Ops: []store.Op{op}}); err != nil {
				t.Fatal(err)
			}
		}
		ann.call.Ops = []store.Op{op}
		_, err := ann.patch("deal", d, `{"name":"`+name+`"}`)
		var lost *record.OpConflictError
		if !errors.As(err, &lost) || lost.ID != op.Doc.ID {
			t.Errorf("%s: %v", name, err)
		}
	}
	if calls != 2 || o.doc("deal", d)["name"] != "x" {
		t.Errorf("%d attempts, %v", calls, o.doc("deal", d))
	}
	if _, err := o.records.Bulk(t.Context(), ann.call, "deal", record.BulkRequest{Op: "delete", IDs: []string{d}}); err == nil {
		t.Error("bulk is not one commit: it cannot carry operations")
	}
	if _, err := o.records.ImportRows(t.Context(), ann.call, "deal", nil, false); err == nil {
		t.Error("an import is not one commit: it cannot carry operations")
	}
}
