package record_test

import (
	"testing"

	"weft/runtime/problem"
	"weft/runtime/record"
)

// I10: the recycle bin lists what the caller may restore.
func TestTheBinListsWhatTheCallerMayRestore(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann, bob, admin := o.as("ann"), o.as("bob"), o.as("admin")
	a := o.must(ann.create("deal", `{"name":"a"}`)).ID
	b := o.must(ann.create("deal", `{"name":"b"}`)).ID
	c := o.must(bob.create("deal", `{"name":"c"}`)).ID
	for _, id := range []string{a, b, c} {
		o.must(admin.remove("deal", id))
	}
	list := func(p person, limit int, cursor string) *record.BinPage {
		page, err := o.records.Bin(t.Context(), p.call, "deal", limit, cursor)
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	page := list(ann, 1, "")
	if len(page.Items) != 1 || page.Items[0].ID != b || page.Items[0].Title != "b" || page.Items[0].DeletedAt == "" || page.Items[0].Deletion == "" {
		t.Fatalf("first page: %+v", page)
	}
	if page = list(ann, 1, page.Cursor); len(page.Items) != 1 || page.Items[0].ID != a {
		t.Errorf("second page: %+v", page)
	}
	if page = list(admin, 50, ""); len(page.Items) != 3 || page.Cursor != "" {
		t.Errorf("the admin sees %+v", page)
	}
	o.must(ann.restore("deal", a))
	if page = list(ann, 50, ""); len(page.Items) != 1 {
		t.Errorf("after a restore: %+v", page)
	}
	_, err := o.records.Bin(t.Context(), o.as("fay").call, "errand", 50, "")
	o.refused(err, problem.Forbidden)
	_, err = o.records.Bin(t.Context(), ann.call, "deal", 0, "")
	o.refused(err, problem.Invalid, "/limit too_small")
}

// I10: references that the deletion cleared come back with the record, unless
// they were set anew.
func TestRestoreBringsClearedReferencesBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	top := o.must(admin.create("account", `{"name":"Top"}`)).ID
	other := o.must(admin.create("account", `{"name":"Other"}`)).ID
	cleared := o.must(admin.create("account", `{"name":"Cleared","parent":"`+top+`"}`)).ID
	moved := o.must(admin.create("account", `{"name":"Moved","parent":"`+top+`"}`)).ID
	gone := o.must(admin.create("account", `{"name":"Gone","parent":"`+top+`"}`)).ID
	o.must(admin.remove("account", top))
	o.must(admin.patch("account", moved, `{"parent":"`+other+`"}`))
	o.must(admin.remove("account", gone))
	o.must(admin.restore("account", top))
	if o.doc("account", cleared)["parent"] != top || o.doc("account", moved)["parent"] != other || o.doc("account", gone) != nil {
		t.Errorf("cleared: %v, moved: %v", o.doc("account", cleared), o.doc("account", moved))
	}
	h := o.history(cleared)
	if h[len(h)-1]["op"] != "update" {
		t.Errorf("history: %v", h)
	}
}

// I15: a taken key says which record holds it, and of which entity the record is.
func TestATakenKeySaysWhichRecordHoldsIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	holder := o.must(ann.create("deal", `{"name":"x","external_id":"E1"}`)).ID
	_, err := ann.create("deal", `{"name":"y","external_id":"E1"}`)
	if p := o.refused(err, problem.Unique, "/external_id unique"); p.Fields[0].Params["record"] != holder {
		t.Errorf("holder: %v", p.Fields[0].Params)
	}
	_, err = o.as("bob").create("deal", `{"name":"y","external_id":"E1"}`)
	if p := o.refused(err, problem.Unique, "/external_id unique"); p.Fields[0].Params["record"] != nil {
		t.Errorf("a hidden holder is told: %v", p.Fields[0].Params)
	}
	first := o.must(ann.create("deal", `{"name":"first","external_id":"E2"}`)).ID
	second := o.must(ann.create("deal", `{"name":"second"}`)).ID
	if _, err := o.records.Merge(t.Context(), ann.call, "deal", holder, []string{first, second}, nil); err != nil {
		t.Fatal(err)
	}
	taken := o.must(ann.create("deal", `{"name":"again","external_id":"E2"}`)).ID
	_, err = ann.restore("deal", second)
	p := o.refused(err, problem.Unique, "/external_id unique")
	if p.Fields[0].Params["record"] != taken || p.Fields[0].Params["id"] != first || p.Fields[0].Params["entity"] == nil {
		t.Errorf("of a record that would come back too: %v", p.Fields[0].Params)
	}
}

// V9: running numbers have no gaps but for crashes, and an import may bring its own.
func TestRunningNumbersHaveNoGaps(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann, admin := o.as("ann"), o.as("admin")
	admin.call.Source = record.SourceImport
	number := func(p person, text string) any { return wire(t, o.must(p.create("deal", text)))["number"] }
	if n := number(ann, `{"name":"x","external_id":"E1"}`); n != "D-0001" {
		t.Errorf("first: %v", n)
	}
	for _, text := range []string{`{"name":"y","external_id":"E1"}`, `{"name":"y","stage":"review"}`, `{"amount":1}`} {
		if _, err := ann.create("deal", text); err == nil {
			t.Fatalf("%s was not refused", text)
		}
	}
	if n := number(ann, `{"name":"x"}`); n != "D-0002" {
		t.Errorf("after refused creates: %v", n)
	}
	row := func(text string) any {
		r := admin.importing([]record.Row{{Values: values(t, text)}}, false)[0]
		if r.Problem != nil {
			t.Fatal(r.Problem)
		}
		return o.doc("deal", r.ID)["number"]
	}
	if n := row(`{"name":"x"}`); n != "D-0003" {
		t.Errorf("one imported row: %v", n)
	}
	if n := number(ann, `{"name":"x"}`); n != "D-0004" {
		t.Errorf("after an import of one row: %v", n)
	}
	if n := row(`{"name":"x","number":"D-0100"}`); n != "D-0100" {
		t.Errorf("a row with its number: %v", n)
	}
	if n := number(ann, `{"name":"x"}`); n != "D-0101" {
		t.Errorf("after a number that was brought: %v", n)
	}
	_, err := ann.create("deal", `{"name":"x","number":"D-0500"}`)
	o.refused(err, problem.Invalid, "/number read_only")
}
