package assign_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"weft/runtime/assign"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/store"
)

const withProfiles = `"profiles":{"entity":"profile","user":"person"},`

func TestTheHighestScoreGetsTheRecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withProfiles+`"load":{"capacity":"capacity"},
		"filters":[{"key":"size","title":{"zh-CN":"规模","en":"Size"},"where":{"any":[["least","empty"],["least","<=",{"field":"size"}]]}}],
		"factors":[{"key":"region","type":"region","weight":30,"field":"region","person":"regions"},
			{"key":"industry","type":"match","weight":20,"field":"industry","person":"industries"},
			{"key":"load","type":"load","weight":10}]`)
	o.person("ann", "seller", `{"regions":["330100"],"industries":["steel"]}`)
	o.person("bob", "seller", `{"regions":["330000"],"industries":["steel"],"capacity":4}`)
	o.person("cat", "seller", `{"regions":["330100"],"industries":["steel"],"least":100}`)
	o.person("dan", "seller", "")
	o.person("eve", "manager", `{"regions":["330100"],"industries":["steel"]}`)
	lead := o.add("lead", `{"name":"x","region":"330106","industry":"steel","size":10}`)
	if got := o.list(o.try(lead)); got != "ann 60, bob 48, dan 10, cat filtered" {
		t.Errorf("scores: %s", got)
	}
	if o.owner(lead) != "" || len(o.docs("assignment")) != 0 || len(o.docs(assign.DetailCollection)) != 0 {
		t.Error("a dry run assigned or left a trace")
	}
	a := o.run(lead)
	if o.names[a.Winner] != "ann" || o.owner(lead) != "ann" {
		t.Errorf("winner %s, owner %s", o.names[a.Winner], o.owner(lead))
	}
	traces := o.docs("assignment")
	if len(traces) != 1 || traces[0]["winner"] != a.Winner || traces[0]["outcome"] != "assigned" || traces[0]["total"] != 60.0 ||
		traces[0]["record"] != lead || traces[0]["fitting"] != 3.0 || traces[0]["candidate_count"] != 4.0 {
		t.Errorf("trace: %v", traces)
	}
	body, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"winner":"` + a.Winner + `"`, `{"key":"region","weight":30,"score":1,"why":{"zh-CN":"负责同城：浙江省/杭州市","en":"has the city: 浙江省/杭州市"}}`,
		`"why":{"zh-CN":"“题”符合：钢铁","en":"Title matches: Steel"}`, `"skipped":{"code":"filtered","message":{"zh-CN":"不满足条件“规模”","en":"does not meet the condition Size"}}`,
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("%s is missing in\n%s", want, body)
		}
	}
}

// Whoever waited longest comes first among equals, and load is the number of open
// records, however they came to their owner.
func TestEqualsTakeTurnsAndLoadIsWhatIsOpen(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `"load":{"limit":3}`)
	ann := o.person("ann", "seller", "")
	o.person("bob", "seller", "")
	var order []string
	for range 4 {
		id := o.add("lead", `{"name":"x"}`)
		o.run(id)
		order = append(order, o.owner(id))
	}
	if got := strings.Join(order, " "); got != "ann bob ann bob" {
		t.Errorf("equals: %s", got)
	}
	o.add("lead", `{"name":"by hand","owner":"`+ann+`"}`)
	next := o.add("lead", `{"name":"next"}`)
	if got := o.list(o.run(next)); got != "bob 0, ann full" {
		t.Errorf("ann has three: %s", got)
	}
	last := o.add("lead", `{"name":"last"}`)
	a := o.run(last)
	if a.Outcome != assign.Nobody || a.ReasonCode != "full" || o.owner(last) != "" {
		t.Errorf("everybody is full: %+v", a)
	}
	o.mustPatch("ann", firstOf(o, ann), `{"stage":"won"}`)
	if o.run(last); o.owner(last) != "ann" {
		t.Error("a closed record still counts")
	}
}

func firstOf(o *office, owner string) string {
	for _, d := range o.docs("lead") {
		if d["owner"] == owner {
			return d["id"].(string)
		}
	}
	return ""
}

func TestOverflowSaysWhyAndQueues(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withProfiles+`"present_owner":"exclude","filters":[{"key":"f","title":{"en":"F"},"where":["regions","=",{"field":"source"}]}],
		"overflow":{"values":{"owner":null,"pool":true},"reason":"why","queue":{"entity":"waiting","record":"lead","reason":"why","values":{"state":"waits"}}}`)
	ann := o.person("ann", "seller", `{"regions":["a"]}`)
	o.person("bob", "seller", `{"regions":["b"]}`)
	lead := o.add("lead", `{"name":"x","source":"a","owner":"`+ann+`"}`)
	for range 2 { // again makes no second entry
		a := o.run(lead)
		if a.Outcome != assign.Nobody || a.Winner != "" || a.Reason == nil {
			t.Fatalf("%+v", a)
		}
		if body, err := json.Marshal(a); err != nil || !strings.Contains(string(body), `"winner":null`) {
			t.Errorf("%v %s", err, body)
		}
		o.mustPatch("", lead, `{"owner":"`+ann+`"}`)
	}
	doc, queue := o.doc("lead", lead), o.docs("waiting")
	if doc["pool"] != true || !strings.Contains(doc["why"].(string), "none of 2 candidates fits") {
		t.Errorf("the record: %v", doc)
	}
	if len(queue) != 1 || queue[0]["lead"] != lead || queue[0]["state"] != "waits" || queue[0]["why"] != doc["why"] {
		t.Errorf("the queue: %v", queue)
	}
}

func TestPresentOwnerCompetesOrKeeps(t *testing.T) {
	t.Parallel()
	for how, want := range map[string]string{"compete": "ann", "keep": "eve"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, `"load":{"limit":2},"factors":[{"key":"l","type":"load","weight":1}],"present_owner":"`+how+`"`)
			o.person("ann", "seller", "")
			eve := o.person("eve", "manager", "")
			lead := o.add("lead", `{"name":"x","owner":"`+eve+`"}`)
			o.run(lead)
			if got := o.owner(lead); got != want {
				t.Errorf("owner %s", got)
			}
			// The record itself does not count as load of its owner.
			if a := o.try(lead); how == "compete" && *a.Candidates[0].Open != 0 {
				t.Errorf("open: %d", *a.Candidates[0].Open)
			}
		})
	}
}

func TestARuleIsForSomeRecordsOnly(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `"where":["source","=","web"],"overflow":{"values":{"pool":true}}`)
	o.person("ann", "seller", "")
	lead := o.add("lead", `{"name":"x","source":"fair"}`)
	if a := o.run(lead); a.ReasonCode != "not_applicable" || o.doc("lead", lead)["pool"] != nil {
		t.Errorf("%+v", a)
	}
	o.mustPatch("", lead, `{"source":"web"}`)
	if o.run(lead); o.owner(lead) != "ann" {
		t.Error("the rule does not apply")
	}
}

func TestWhoMayAssign(t *testing.T) {
	t.Parallel()
	o := newOffice(t, `"values":{"taken":{"today":true}},"factors":[{"key":"region","type":"match","weight":1,"field":"region","person":"login"},{"key":"size","type":"formula","weight":1,"formula":"size > 1"}]`)
	o.person("ann", "seller", "")
	o.person("cleo", "clerk", "")
	o.person("max", "manager", "")
	lead := o.add("lead", `{"name":"x","region":"330106","size":5}`)
	as := func(login, rule, id string) (*assign.Answer, error) {
		return o.assign.Assign(t.Context(), o.call(login), rule, "lead", id, true)
	}
	_, err := as("ann", "r", lead)
	o.refused(err, problem.Forbidden)
	_, err = as("max", "ghost", lead)
	o.refused(err, problem.Invalid)
	_, err = as("max", "r", "00000000-0000-7000-8000-000000000000")
	o.refused(err, problem.NotFound)
	_, err = o.assign.Assign(t.Context(), record.Call{}, "r", "lead", lead, true)
	o.refused(err, problem.Unauthenticated)
	a, err := as("max", "r", lead)
	if err != nil || len(a.Candidates[0].Factors) != 2 {
		t.Fatalf("%v %+v", err, a)
	}
	// Whoever does not read a field is not told what a factor makes of it.
	if a, err = as("cleo", "r", lead); err != nil || len(a.Candidates[0].Factors) != 1 || a.Candidates[0].Factors[0].Key != "size" || a.Candidates[0].Total != 1 {
		t.Fatalf("%v %+v", err, a)
	}
	// The rule writes what its caller may not write.
	if _, err := o.assign.Assign(t.Context(), o.call("cleo"), "r", "lead", lead, false); err != nil || o.doc("lead", lead)["taken"] == nil {
		t.Fatal(err, o.doc("lead", lead))
	}
}

func TestOperationsOfTheCallerAreCommittedWithTheAssignment(t *testing.T) {
	t.Parallel()
	o := newOffice(t, ``)
	o.person("ann", "seller", "")
	lead := o.add("lead", `{"name":"x"}`)
	probe := func(id string) store.Op {
		return store.Op{Kind: store.Insert, Collection: "weft_probe", Doc: store.Doc{ID: id, Rev: 1, Body: json.RawMessage(`{"id":"` + id + `","rev":1}`)}}
	}
	c := o.call("")
	c.Ops = []store.Op{probe("a")}
	told := ""
	request := assign.Request{Call: c, Rule: "r", Entity: "lead", ID: lead, Ops: func(a *assign.Answer) ([]store.Op, error) {
		told = a.Winner
		return []store.Op{probe("b")}, nil
	}}
	a, err := o.assign.Run(t.Context(), request)
	if err != nil || a.Winner != told || len(o.docs("weft_probe")) != 2 {
		t.Fatalf("%v %+v %q", err, a, told)
	}
	// A lost operation of the caller ends it, and nothing is written.
	_, err = o.assign.Run(t.Context(), request)
	var lost *record.OpConflictError
	if !errors.As(err, &lost) || lost.Collection != "weft_probe" || len(o.docs("assignment")) != 1 {
		t.Fatalf("%v", err)
	}
	// A repeated call answers again.
	c = o.call("")
	c.Key, c.Digest = "k", "d"
	first, err := o.assign.Assign(t.Context(), c, "r", "lead", lead, false)
	if err != nil {
		t.Fatal(err)
	}
	again, err := o.assign.Assign(t.Context(), c, "r", "lead", lead, false)
	if err != nil || again.ID != first.ID || again.Winner != first.Winner || len(again.Candidates) != 1 || len(o.docs("assignment")) != 2 {
		t.Fatalf("%v %+v %+v", err, first, again)
	}
}
