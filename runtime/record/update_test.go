package record_test

import (
	"fmt"
	"strings"
	"testing"

	"weft/runtime/problem"
)

func TestPatchIsAMergePatch(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	a := o.must(admin.create("account", `{"name":"A","sector":"retail","place":{"lat":1,"lng":2,"system":"wgs84","address":"x"}}`))
	r := o.must(admin.patch("account", a.ID, `{"sector":null,"place":{"address":"y"},"code":"C"}`))
	rec := wire(t, r)
	place, _ := rec["place"].(map[string]any)
	if rec["sector"] != nil || rec["name"] != "A" || place["address"] != "y" || place["lat"] != float64(1) || rec["rev"] != float64(2) {
		t.Fatalf("after the patch: %v", rec)
	}
	changes, _ := o.history(a.ID)[1]["changes"].(map[string]any)
	if len(changes) != 3 || changes["sector"] == nil || changes["place"] == nil || changes["code"] == nil {
		t.Errorf("history: %v", changes)
	}
}

func TestAPatchThatChangesNothingWritesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	d := o.must(ann.create("deal", `{"name":"x","amount":5,"items":[{"product":"p","qty":1}]}`))
	row := wire(t, d)["items"].([]any)[0].(map[string]any)["id"]
	for _, text := range []string{`{}`, `{"name":"x"}`, `{"amount":"5.0"}`, `{"stage":"open"}`, `{"close_date":null}`, fmt.Sprintf(`{"items":[{"id":%q,"qty":1}]}`, row)} {
		r := o.must(ann.patch("deal", d.ID, text))
		if !r.Unchanged || r.Rev != 1 {
			t.Errorf("%s: unchanged %v, revision %d", text, r.Unchanged, r.Rev)
		}
	}
	if h := o.history(d.ID); len(h) != 1 {
		t.Errorf("%d history rows", len(h))
	}
}

func TestUpdateRefusals(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann, bob, fay, admin := o.as("ann"), o.as("bob"), o.as("fay"), o.as("admin")
	d := o.must(ann.create("deal", `{"name":"x"}`))
	a := o.must(admin.create("account", `{"name":"A"}`))
	for name, c := range map[string]struct {
		who        person
		entity, id string
		text       string
		code       problem.Code
		fields     []string
	}{
		"a row that he cannot see":        {bob, "deal", d.ID, `{"name":"y"}`, problem.NotFound, nil},
		"a row that is not there":         {bob, "deal", "nothing", `{"name":"y"}`, problem.NotFound, nil},
		"seen, but no right to change":    {fay, "account", a.ID, `{"name":"y"}`, problem.Forbidden, nil},
		"a field of others (R1)":          {ann, "deal", d.ID, `{"finance_status":"paid"}`, problem.Invalid, []string{"/finance_status not_writable"}},
		"only his own field":              {fay, "deal", d.ID, `{"finance_status":"sent","name":"y"}`, problem.Invalid, []string{"/name not_writable"}},
		"a required field cleared":        {ann, "deal", d.ID, `{"name":null}`, problem.Invalid, []string{"/name required"}},
		"the stage cleared":               {ann, "deal", d.ID, `{"stage":null}`, problem.Invalid, []string{"/stage required"}},
		"an older revision":               {ann.ifMatch(4), "deal", d.ID, `{"name":"y"}`, problem.Stale, nil},
		"somebody else's child row":       {ann, "deal", d.ID, `{"items":[{"id":"nope"}]}`, problem.Invalid, []string{"/items/0/id no_such_record"}},
		"a child row moved by its parent": {ann, "deal", d.ID, `{"items":[{"product":"p","deal":"other"}]}`, problem.Invalid, []string{"/items/0/deal read_only"}},
		"child rows that are no list":     {ann, "deal", d.ID, `{"items":{"a":1}}`, problem.Invalid, []string{"/items wrong_type"}},
		"a transition by someone else's":  {fay, "deal", d.ID, `{"stage":"review"}`, problem.Forbidden, nil},
		"a move that the machine lacks":   {ann, "deal", d.ID, `{"stage":"won"}`, problem.Transition, []string{"/stage no_such_move"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.who.patch(c.entity, c.id, c.text)
			o := *o
			o.t = t
			p := o.refused(err, c.code, c.fields...)
			if c.code == problem.Stale && p.Extra["record"] == nil {
				t.Error("412 without the present record")
			}
		})
	}
	if h := o.history(d.ID); len(h) != 1 || o.doc("deal", d.ID)["rev"] != float64(1) {
		t.Error("a refused change left a trace (S-08)")
	}
}

func TestACommentIsALongText(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	d := o.must(ann.create("deal", `{"name":"x"}`)).ID
	_, err := ann.move("deal", d, "lost", `{}`, "a\x00b")
	o.refused(err, problem.Invalid, "/comment nul_character")
	_, err = ann.move("deal", d, "lost", `{}`, strings.Repeat("字", 100_001))
	o.refused(err, problem.Invalid, "/comment too_long")
	o.must(ann.move("deal", d, "lost", `{}`, "太贵"))
	if doc := o.doc("deal", d); doc["lost_reason"] != "太贵" {
		t.Errorf("reason: %v", doc)
	}
}

func TestARecordMayBeGivenAway(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	d := o.must(o.as("ann").create("deal", `{"name":"x"}`))
	r := o.must(o.as("ann").patch("deal", d.ID, `{"owner":"`+o.as("bob").id()+`"}`))
	if rec := wire(t, r); len(rec) != 2 {
		t.Errorf("who gave it away reads on: %v", rec)
	}
	_, err := o.as("ann").patch("deal", d.ID, `{"name":"mine"}`)
	o.refused(err, problem.NotFound)
	o.must(o.as("bob").patch("deal", d.ID, `{"name":"his"}`))
}

func TestChildRowsAreTheWholeSet(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	d := o.must(ann.create("deal", `{"name":"x","items":[{"product":"a","qty":1},{"product":"b","qty":2},{"product":"c","qty":4}]}`))
	rows := wire(t, d)["items"].([]any)
	id := func(i int) string { return rows[i].(map[string]any)["id"].(string) }
	r := o.must(ann.patch("deal", d.ID, fmt.Sprintf(`{"items":[{"id":%q},{"id":%q,"qty":20},{"product":"d","qty":8}]}`, id(0), id(1))))
	rec := wire(t, r)
	if got := rec["items"].([]any); len(got) != 3 || rec["quantity"] != float64(29) || rec["twice"] != float64(58) {
		t.Fatalf("after: %v", rec)
	}
	if o.doc("item", id(2)) != nil || o.doc("weft_bin", id(2)) == nil {
		t.Error("the missing row is not in the bin")
	}
	if kept := o.doc("item", id(0)); kept["rev"] != float64(1) {
		t.Error("a kept row was written")
	}
	r = o.must(ann.patch("deal", d.ID, `{"items":null}`))
	if rec := wire(t, r); rec["items"] != nil || rec["quantity"] != float64(0) {
		t.Errorf("cleared: %v", rec)
	}
}

func TestTheAdminAccountStays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.as("admin")
	cs := o.must(admin.create("user", `{"login":"admin","name":"Admin"}`))
	_, err := admin.patch("user", cs.ID, `{"active":false,"login":"root"}`)
	o.refused(err, problem.Invalid, "/active admin_stays", "/login admin_stays")
	_, err = admin.remove("user", cs.ID)
	o.refused(err, problem.Referenced)
	_, err = admin.remove("user", o.as("ann").id())
	o.refused(err, problem.Referenced)
}
