package assign_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"weft/runtime/assign"
	"weft/runtime/problem"
	"weft/runtime/record"
)

// trace is an assignment as its readers see it.
type trace struct {
	Outcome, Reason, Note string
	Winner                string
	Overridden            bool
	Ended_by, Ended_to    string
	Ended_at              string
	Message               struct{ En string }
	Candidates            []struct {
		User    string
		Total   float64
		Factors []struct{ Key string }
	}
	More map[string]int
}

func (o *office) traces(login, id string) []trace {
	o.t.Helper()
	page, err := o.assign.Traces(o.t.Context(), o.call(login).Actor, "lead", id, "")
	if err != nil {
		o.t.Fatal(err)
	}
	var out []trace
	for _, item := range page.Items {
		var one trace
		if err := json.Unmarshal(item, &one); err != nil {
			o.t.Fatal(err)
		}
		out = append(out, one)
	}
	return out
}

func TestOwnersChangedByHandOverrideTheAssignment(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `"override_reason":"note","present_owner":"exclude"`)
	o.person("ann", "seller", "")
	o.person("bob", "seller", "")
	max := o.person("max", "manager", "")
	lead := o.add("lead", `{"name":"x"}`)
	o.run(lead)                            // ann
	o.run(lead)                            // bob, by the rule
	o.mustPatch("max", lead, `{"size":1}`) // not about the owner
	o.mustPatch("max", lead, `{"owner":"`+max+`","note":"knows the customer"}`)
	o.mustPatch("max", lead, `{"owner":null}`) // no assignment was in force
	list := o.traces("", lead)
	if len(list) != 2 {
		t.Fatalf("%+v", list)
	}
	bob, ann := list[0], list[1]
	if !bob.Overridden || bob.Reason != "overridden" || bob.Note != "knows the customer" || bob.Ended_by != max || bob.Ended_to != max {
		t.Errorf("by hand: %+v", bob)
	}
	if ann.Overridden || ann.Ended_at == "" || ann.Ended_to != bob.Winner || ann.Reason != "" {
		t.Errorf("by the rule: %+v", ann)
	}
	// A rule of the organisation overrides nothing.
	o.run(lead)
	c := record.Call{Actor: o.admin, Source: record.SourceTrigger}
	if _, err := o.records.Update(t.Context(), c, "lead", lead, map[string]any{"owner": nil}); err != nil {
		t.Fatal(err)
	}
	if last := o.traces("", lead)[0]; last.Overridden || last.Ended_at == "" || last.Ended_to != "" {
		t.Errorf("by a trigger: %+v", last)
	}
	// Nobody writes a trace.
	_, err := o.records.Update(t.Context(), o.call(""), "assignment", o.docs("assignment")[0]["id"].(string), map[string]any{"note": "no"})
	o.refused(err, problem.Forbidden)
}

// Traces are read with the record and its owner; what a factor made of a field that
// the reader does not see is left out.
func TestTracesAreReadWithTheirRecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `"load":{"limit":50},"factors":[{"key":"secret","type":"match","weight":1,"field":"secret","person":"login"},{"key":"load","type":"load","weight":1}]`)
	for i := range 35 {
		o.person(fmt.Sprintf("s%02d", i), "seller", "")
	}
	o.person("max", "manager", "")
	o.person("nobody", "ghost", "")
	lead := o.add("lead", `{"name":"x","secret":"s"}`)
	a := o.run(lead)
	winner, other := o.names[a.Winner], "s34"
	full := o.traces("max", lead)
	if len(full) != 1 || len(full[0].Candidates) != 30 || full[0].More["lower"] != 5 || len(full[0].Candidates[0].Factors) != 2 {
		t.Fatalf("a manager reads %+v", full)
	}
	if own := o.traces(winner, lead); len(own) != 1 || len(own[0].Candidates[0].Factors) != 1 || own[0].Candidates[0].Factors[0].Key != "load" {
		t.Errorf("the owner reads %+v", own)
	}
	for _, login := range []string{other, "nobody"} {
		if _, err := o.assign.Traces(t.Context(), o.call(login).Actor, "lead", lead, ""); err == nil {
			t.Errorf("%s reads the trace", login)
		}
	}
}

func TestReasonsOfFailedAndOverriddenAssignments(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `"load":{"limit":1},"override_reason":"note","where":["source","!=","fair"]`)
	o.person("ann", "seller", "")
	max := o.person("max", "manager", "")
	lead := func(text string) string {
		id := o.add("lead", text)
		o.run(id)
		return id
	}
	first := lead(`{"name":"1"}`)
	for range 3 {
		lead(`{"name":"no room"}`)
	}
	lead(`{"name":"x","source":"fair"}`)
	o.mustPatch("max", first, `{"owner":"`+max+`","note":"too small"}`)
	second := lead(`{"name":"2"}`)
	o.mustPatch("max", second, `{"owner":"`+max+`","note":"too small"}`)
	show := func(login string, q assign.ReasonQuery) string {
		t.Helper()
		list, err := o.assign.Reasons(t.Context(), o.call(login).Actor, q)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range list {
			out = append(out, fmt.Sprintf("%s %s %d", r.Title.En, r.Note, r.Count))
		}
		return strings.Join(out, ", ")
	}
	if got := show("max", assign.ReasonQuery{}); got != "Everybody is full  3, Overridden by hand too small 2, The rule is not for the record  1" {
		t.Errorf("%s", got)
	}
	if got := show("max", assign.ReasonQuery{Entity: "lead", Rule: "r", From: "2026-01-01", Limit: 1}); got != "Everybody is full  3" {
		t.Errorf("%s", got)
	}
	if got := show("max", assign.ReasonQuery{Entity: "account"}); got != "" {
		t.Errorf("of another entity: %s", got)
	}
}
