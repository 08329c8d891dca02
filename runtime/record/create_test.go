package record_test

import (
	"testing"

	"weft/runtime/problem"
)

func TestCreateAnswersTheWholeRecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	r := o.must(ann.create("deal", `{"name":"Großauftrag 大单","amount":"1234.50","tags":["a","b"],"items":[{"product":"x","qty":2},{"product":"y","qty":3}]}`))
	rec := wire(t, r)
	for key, want := range map[string]any{
		"id": r.ID, "rev": float64(1), "name": "Großauftrag 大单", "amount": "1234.5", "stage": "open",
		"owner": ann.id(), "created_by": ann.id(), "number": "D-0001", "quantity": float64(5), "twice": float64(10),
	} {
		if rec[key] != want {
			t.Errorf("%s is %v, want %v", key, rec[key], want)
		}
	}
	if rows, _ := rec["items"].([]any); len(rows) != 2 {
		t.Errorf("items: %v", rec["items"])
	}
	h := o.history(r.ID)
	if len(h) != 1 || h[0]["n"] != float64(1) || h[0]["source"] != "api" || h[0]["version"] != float64(7) {
		t.Errorf("history: %v", h)
	}
	visits := o.rows("stage_visit", "record", r.ID)
	if len(visits) != 1 || visits[0]["stage"] != "open" || visits[0]["entered_at"] == nil || visits[0]["left_at"] != nil {
		t.Errorf("visits: %v", visits)
	}
}

func TestCreateNamesEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	hidden := o.must(o.as("bob").create("account", `{"name":"bob's","owner":"`+o.as("bob").id()+`"}`))
	_, err := o.as("ann").create("deal", `{"id":"x","rev":3,"amount":"abc","colour":"red","number":"D-1","system_note":"x",
		"finance_status":"paid","account":"`+hidden.ID+`","items":[{"qty":-1,"product":"x"},{"qty":"many","product":"y"}]}`)
	o.refused(err, problem.Invalid,
		"/account no_such_record", "/amount wrong_type", "/colour unknown_field", "/finance_status not_writable",
		"/id read_only", "/items/0/qty too_small", "/items/1/qty wrong_type", "/name required", "/number read_only",
		"/rev read_only", "/system_note read_only")
}

func TestCreateRefusals(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann, fay, admin := o.as("ann"), o.as("fay"), o.as("admin")
	o.must(admin.create("account", `{"name":"A","code":"C1"}`))
	for name, c := range map[string]struct {
		who    person
		entity string
		text   string
		code   problem.Code
		fields []string
	}{
		"no right to create":     {fay, "deal", `{"name":"x"}`, problem.Forbidden, nil},
		"outside the own scope":  {ann, "deal", `{"name":"x","owner":"` + o.as("bob").id() + `"}`, problem.Forbidden, nil},
		"no such entity":         {admin, "nothing", `{}`, problem.NotFound, nil},
		"stage visits":           {admin, "stage_visit", `{"stage":"x"}`, problem.Forbidden, nil},
		"taken unique key":       {admin, "account", `{"name":"B","code":"C1"}`, problem.Unique, []string{"/code unique"}},
		"condition of the whole": {admin, "deal", `{"name":"x","finance_status":"paid"}`, problem.Invalid, nil},
		"later stage, no proof": {ann, "deal", `{"name":"x","stage":"review"}`, problem.Guard,
			[]string{"/account required", "/amount required", "/proof attachment_missing"}},
		"every step on the way": {ann, "deal", `{"name":"x","stage":"won"}`, problem.Guard,
			[]string{"/account required", "/amount required", "/proof attachment_missing", "/amount filter"}},
		"lost without a reason": {ann, "deal", `{"name":"x","stage":"lost"}`, problem.Guard, []string{"/lost_reason reason_required"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.who.create(c.entity, c.text)
			o := *o
			o.t = t
			o.refused(err, c.code, c.fields...)
		})
	}
}
