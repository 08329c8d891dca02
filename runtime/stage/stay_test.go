package stage_test

import (
	"strings"
	"testing"
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/stage"
	"weft/schemas"
)

// contracts is a machine with guards for the stay, locks, values that moves
// set and a reason from a choice list.
func contracts(t *testing.T) *model.StageMachine {
	t.Helper()
	const text = `"x-title":{"en":"T","zh-CN":"题"}`
	set := &schemas.Set{}
	for _, doc := range []string{
		`{"kind":"entity","key":"contract","type":"object",` + text + `,"properties":{
			"stage":{"x-type":"choice",` + text + `,"x-choices":[{"key":"draft","title":{"zh-CN":"草稿","en":"Draft"}},{"key":"signed","title":{"zh-CN":"已签","en":"Signed"}},{"key":"void","title":{"zh-CN":"作废","en":"Void"}}]},
			"file":{"x-type":"attachment",` + text + `},"amount":{"x-type":"number",` + text + `},"note":{"x-type":"text",` + text + `},
			"signed_on":{"x-type":"date",` + text + `},"signed_by":{"x-type":"user",` + text + `},
			"why":{"x-type":"choice",` + text + `,"x-choices":[{"key":"price","title":{"zh-CN":"价格","en":"Price"}}]},
			"lines":{"x-type":"child_rows","x-child":"line",` + text + `}}}`,
		`{"kind":"entity","key":"line","type":"object",` + text + `,"x-child-of":{"entity":"contract","field":"contract"},"properties":{
			"contract":{"x-type":"reference","x-entity":"contract",` + text + `}}}`,
		`{"kind":"stage_machine","key":"m","title":{"zh-CN":"题","en":"T"},"entity":"contract","field":"stage","initial":"draft","stages":[
			{"key":"draft","title":{"zh-CN":"草稿","en":"Draft"},"type":"open"},
			{"key":"signed","title":{"zh-CN":"已签","en":"Signed"},"type":"won","stay":[{"type":"attachment","field":"file","at_least":2},{"type":"required","fields":["lines"]},{"type":"filter","where":["amount",">",0]}],
				"lock":{"only":["amount","lines"]}},
			{"key":"void","title":{"zh-CN":"作废","en":"Void"},"type":"lost","lock":{"all":true,"except":["note"]}}],
			"transitions":[
			{"key":"sign","title":{"zh-CN":"签","en":"Sign"},"from":["draft"],"to":"signed","direction":"forward","form":["signed_on"],"set":{"signed_on":{"today":true},"signed_by":{"me":true},"note":null}},
			{"key":"cancel","title":{"zh-CN":"废","en":"Void"},"from":["*"],"to":"void","direction":"close","form":["amount"],"reason":{"required":true,"field":"why"}}]}`,
	} {
		d, ps := schemas.Decode([]byte(doc))
		if len(ps) > 0 {
			t.Fatal(problem.Of(problem.Invalid, ps...))
		}
		set.Add(d)
	}
	m, ps := model.Compile(set, 1)
	if len(ps) > 0 {
		t.Fatal(problem.Of(problem.Invalid, ps...))
	}
	return m.Entities["contract"].Machine
}

func TestGuardsForTheStayAndLocks(t *testing.T) { // E12, E13
	t.Parallel()
	m := contracts(t)
	signed := func(extra doc) doc {
		d := doc{"stage": "signed", "file": []any{"a", "b"}, "amount": 5.0}
		for k, v := range extra {
			d[k] = v
		}
		return d
	}
	for name, c := range map[string]struct {
		before, after     doc
		given             []string
		hadRows, hasRows  bool
		rowsChanged       bool
		comment           string
		move, code, field string
	}{
		"what the stay needs stays":               {before: signed(nil), after: signed(doc{"note": "x"}), hadRows: true, hasRows: true},
		"a proof cannot be taken away":            {before: signed(nil), after: signed(doc{"file": nil}), hadRows: true, hasRows: true, code: "guard", field: "/file attachment_missing"},
		"nor one of two":                          {before: signed(nil), after: signed(doc{"file": []any{"a"}}), hadRows: true, hasRows: true, code: "guard", field: "/file attachment_missing"},
		"nor the last row":                        {before: signed(nil), after: signed(nil), hadRows: true, hasRows: false, code: "guard", field: "/lines required"},
		"what was missing before may be missing":  {before: signed(doc{"file": nil}), after: signed(doc{"file": nil, "note": "x"})},
		"a locked field":                          {before: signed(nil), after: signed(doc{"amount": 6.0}), hadRows: true, hasRows: true, code: "guard", field: "/amount locked"},
		"locked rows":                             {before: signed(nil), after: signed(nil), hadRows: true, hasRows: true, rowsChanged: true, code: "guard", field: "/lines locked"},
		"all but one":                             {before: doc{"stage": "void"}, after: doc{"stage": "void", "note": "x"}},
		"all but one, another":                    {before: doc{"stage": "void"}, after: doc{"stage": "void", "signed_on": "2026-01-01"}, code: "guard", field: "/signed_on locked"},
		"a move changes what its form names":      {before: signed(nil), after: signed(doc{"stage": "void", "amount": 7.0, "why": "price"}), given: []string{"why"}, move: "signed>void price"},
		"and nothing else that is locked":         {before: signed(nil), after: signed(doc{"stage": "void", "why": "price"}), given: []string{"why"}, rowsChanged: true, code: "guard", field: "/lines locked"},
		"the stay's guards hold on entry":         {before: doc{"stage": "draft"}, after: doc{"stage": "signed", "amount": 1.0, "file": []any{"a"}}, code: "guard", field: "/file attachment_missing, /lines required"},
		"a reason is picked from the list":        {before: doc{"stage": "draft"}, after: doc{"stage": "void"}, comment: "too dear", code: "guard", field: "/why reason_required"},
		"and a comment may say more":              {before: doc{"stage": "draft"}, after: doc{"stage": "void", "why": "price"}, given: []string{"why"}, comment: "too dear", move: "draft>void too dear"},
		"from any stage, and again from the next": {before: doc{"stage": "void"}, after: doc{"stage": "signed"}, code: "transition", field: "/stage no_such_move"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			given := map[string]bool{}
			for _, key := range c.given {
				given[key] = true
			}
			move, refused := stage.Evaluate(stage.Input{
				Machine: m, Before: c.before, After: c.after, Comment: c.comment, Given: given,
				MayTransition: func(string) bool { return true },
				Match:         func(_ model.Guard, record doc) bool { n, _ := record["amount"].(float64); return n > 0 },
				HasRows:       func(string) bool { return c.hasRows }, HadRows: func(string) bool { return c.hadRows },
				RowsChanged: func(string) bool { return c.rowsChanged },
			})
			if got := moveText(move); got != c.move {
				t.Errorf("move %q, want %q", got, c.move)
			}
			if got := string(problem.CodeOf(err(refused))); got != c.code || fieldText(refused) != c.field {
				t.Errorf("refused with %q %q, want %q %q", got, fieldText(refused), c.code, c.field)
			}
			if refused != nil {
				for _, f := range refused.Fields {
					if text := f.Message("en") + f.Message("zh-CN"); strings.Contains(text, "{") || f.Message("en") == f.Code {
						t.Errorf("text %q", text)
					}
				}
			}
		})
	}
}

func TestMovesSetValues(t *testing.T) { // E13
	t.Parallel()
	env := query.Env{Now: time.Date(2026, 12, 1, 20, 0, 0, 0, time.UTC), Zone: time.FixedZone("", 8*3600), Me: "u1"}
	for name, c := range map[string]struct {
		given map[string]bool
		want  doc
	}{
		"the definition's values":            {want: doc{"signed_on": "2026-12-02", "signed_by": "u1"}},
		"a given value of the form is taken": {given: map[string]bool{"signed_on": true, "signed_by": true}, want: doc{"signed_on": "2020-01-01", "signed_by": "u1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after := doc{"stage": "signed", "file": []any{"a", "b"}, "amount": 1.0, "note": "x", "signed_on": "2020-01-01", "signed_by": "u2"}
			_, refused := stage.Evaluate(stage.Input{Machine: contracts(t), Before: doc{"stage": "draft"}, After: after, Given: c.given, Env: env,
				MayTransition: func(string) bool { return true }, HasRows: func(string) bool { return true }, Match: func(model.Guard, doc) bool { return true }})
			if refused != nil || after["signed_on"] != c.want["signed_on"] || after["signed_by"] != c.want["signed_by"] || after["note"] != nil {
				t.Errorf("%v, %v", refused, after)
			}
		})
	}
}
