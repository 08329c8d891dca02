package record_test

import (
	"testing"

	"weft/runtime/problem"
)

func TestDeleteTakesAlongWhatCascades(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	d := o.must(ann.create("deal", `{"name":"x","external_id":"E1","items":[{"product":"a","qty":1}]}`))
	task := o.must(ann.create("errand", `{"title":"call","deal":"`+d.ID+`"}`))
	o.must(ann.remove("deal", d.ID))
	bin := o.rows("weft_bin", "entity", "deal")
	if len(bin) != 1 {
		t.Fatalf("bin: %v", bin)
	}
	if all := o.rows("weft_bin", "deletion", bin[0]["deletion"].(string)); len(all) != 3 {
		t.Errorf("%d rows share the deletion, want deal, item and task", len(all))
	}
	if len(o.rows("stage_visit", "record", d.ID)) != 0 {
		t.Error("stage visits stay behind")
	}
	_, err := ann.patch("deal", d.ID, `{"name":"y"}`)
	o.refused(err, problem.NotFound)
	_, err = o.as("bob").restore("deal", d.ID)
	o.refused(err, problem.NotFound)

	r := o.must(ann.restore("deal", d.ID))
	rec := wire(t, r)
	if rec["name"] != "x" || rec["quantity"] != float64(1) || r.Rev != 3 {
		t.Errorf("restored: %v", rec)
	}
	if o.doc("errand", task.ID) == nil || len(o.rows("stage_visit", "record", d.ID)) != 1 {
		t.Error("what was deleted with it did not come back")
	}
	if h := o.history(d.ID); len(h) != 3 || h[1]["op"] != "delete" || h[2]["op"] != "restore" {
		t.Errorf("history: %v", h)
	}
	_, err = ann.restore("deal", d.ID)
	o.refused(err, problem.Conflict)
}

func TestRestoreSaysWhichKeyIsTaken(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	d := o.must(ann.create("deal", `{"name":"x","external_id":"E1"}`))
	o.must(ann.remove("deal", d.ID))
	o.must(ann.create("deal", `{"name":"y","external_id":"E1"}`))
	_, err := ann.restore("deal", d.ID)
	o.refused(err, problem.Unique, "/external_id unique")
}

func TestDeleteAsksTheReferences(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	top := o.must(admin.create("account", `{"name":"Top"}`)).ID
	sub := o.must(admin.create("account", `{"name":"Sub","parent":"`+top+`"}`)).ID
	d := o.must(admin.create("deal", `{"name":"x","account":"`+sub+`"}`)).ID
	_, err := admin.remove("account", sub)
	o.refused(err, problem.Referenced, " referenced_by")
	o.must(admin.remove("account", top))
	if doc := o.doc("account", sub); doc["parent"] != nil || doc["rev"] == float64(1) {
		t.Errorf("the reference was not cleared: %v", doc)
	}
	o.must(admin.remove("deal", d))
	o.must(admin.remove("account", sub))
	_, err = admin.restore("deal", d)
	o.refused(err, problem.Referenced, "/account lost_reference")
	_, err = admin.create("deal", `{"name":"y","account":"`+sub+`"}`)
	o.refused(err, problem.Invalid, "/account no_such_record")
}

func TestMergeKeepsBothHistories(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	keep := o.must(admin.create("account", `{"name":"A","sector":null}`)).ID
	other := o.must(admin.create("account", `{"name":"B","code":"C1","sector":"retail","parent":"`+keep+`"}`)).ID
	d := o.must(admin.create("deal", `{"name":"x","amount":3,"account":"`+other+`"}`)).ID
	merge := func(who person, from []string, text string) error {
		_, err := o.records.Merge(t.Context(), who.call, "account", keep, from, values(t, text))
		return err
	}
	o.refused(merge(admin, nil, `{}`), problem.Invalid, "/from required")
	o.refused(merge(admin, []string{keep}, `{}`), problem.Invalid, "/from/0 same_record")
	o.refused(merge(admin, []string{"gone"}, `{}`), problem.Invalid, "/from/0 no_such_record")
	o.refused(merge(o.as("fay"), []string{other}, `{}`), problem.Forbidden)
	if err := merge(admin, []string{other}, `{"name":"AB"}`); err != nil {
		t.Fatal(err)
	}
	doc := o.doc("account", keep)
	if doc["name"] != "AB" || doc["sector"] != "retail" || doc["code"] != "C1" || doc["parent"] != nil {
		t.Errorf("kept: %v", doc)
	}
	if o.doc("deal", d)["account"] != keep || o.figuresOf(keep) != "1 3 3" {
		t.Error("references did not move")
	}
	if bin := o.doc("weft_bin", other); bin["merged_into"] != keep {
		t.Errorf("bin: %v", bin)
	}
	h := o.history(keep)
	if merged, _ := h[len(h)-1]["merged"].([]any); len(merged) != 1 || merged[0] != other {
		t.Errorf("history of the kept record: %v", h)
	}
	if h := o.history(other); h[len(h)-1]["merged_into"] != keep {
		t.Errorf("history of the other: %v", h)
	}
}
