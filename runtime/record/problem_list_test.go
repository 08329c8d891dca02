package record

import (
	"testing"

	"weft/runtime/problem"
)

func TestFieldProblemsAreReportedBeforeGuards(t *testing.T) {
	t.Parallel()
	var pl problemList
	if err := pl.err(); err != nil {
		t.Fatalf("an empty list: %v", err)
	}
	pl.refuse(problem.Of(problem.Guard, problem.At("/a", "required")))
	pl.refuse(problem.Of(problem.Guard, problem.At("/b", "required")))
	pl.refuse(problem.New(problem.Forbidden, "no_right", nil))
	if p := problem.As(pl.err()); p.Code != problem.Guard || len(p.Fields) != 2 {
		t.Errorf("guards: %v", p)
	}
	pl.problem("/z", "required")
	pl.problem("/name", "too_long", "max", 5)
	pl.requireOnce("/name")
	if p := problem.As(pl.err()); p.Code != problem.Invalid || len(p.Fields) != 2 || p.Fields[0].Path != "/name" {
		t.Errorf("field problems: %v", p)
	}
	pl.notWritable("/name")
	if p := problem.As(pl.err()); p.Fields[0].Code != "not_writable" || len(p.Fields) != 2 {
		t.Errorf("a hidden field tells what else is wrong with it: %v", p)
	}
}

func TestASnapshotRemembersWhatWasReliedOn(t *testing.T) {
	t.Parallel()
	sn := &snapshot{index: map[docKey]*change{}, cached: map[docKey]*cachedDoc{
		{"account", "a"}: {rev: 3, body: []byte(`{"id":"a","name":"A"}`)},
		{"account", "b"}: {},
	}}
	doc, err := sn.find(t.Context(), "account", "a", true)
	if err != nil || doc["name"] != "A" {
		t.Fatal(doc, err)
	}
	if doc, err := sn.find(t.Context(), "account", "b", true); doc != nil || err != nil {
		t.Fatal(doc, err)
	}
	if sn.relied[docKey{"account", "a"}] != 3 || len(sn.expectations()) != 2 {
		t.Errorf("relied: %v", sn.relied)
	}
	sn.index[docKey{"account", "a"}] = &change{op: opUpdate, after: map[string]any{"name": "B"}}
	if doc, _ = sn.find(t.Context(), "account", "a", true); doc["name"] != "B" {
		t.Errorf("a change is not seen: %v", doc)
	}
	if list := sn.expectations(); len(list) != 1 || list[0].ID != "b" {
		t.Errorf("a changed record is guarded by its own write: %v", list)
	}
}
