package record_test

import (
	"fmt"
	"slices"
	"testing"

	"weft/runtime/problem"
	"weft/runtime/record"
)

func TestAPreviewTellsWhatWouldChangeAndWritesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ann := o.as("ann")
	account := o.must(o.as("admin").create("account", `{"name":"A"}`)).ID
	deal := o.must(ann.create("deal", `{"name":"old"}`)).ID
	o.must(o.as("admin").create("contract", `{"name":"one","code":"c"}`))
	before := o.everything()
	id := "01930000-0000-7000-8000-000000000001"
	events, err := o.records.Preview(t.Context(), o.as("admin").call, nil, []record.Operation{
		{Op: "create", Entity: "deal", ID: id, Values: values(t, `{"name":"new","amount":5,"account":"`+account+`"}`)},
		{Op: "update", Entity: "deal", ID: id, Values: values(t, `{"amount":7}`)},
		{Op: "update", Entity: "deal", ID: deal, Values: values(t, `{"name":"old"}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, ev := range events {
		got = append(got, fmt.Sprint(ev.Op, " ", ev.Entity, " ", ev.ID))
	}
	if want := []string{"create deal " + id, "update account " + account}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if events[0].After["amount"] != "10000000000000070000" || events[0].After["number"] != nil {
		t.Errorf("%v", events[0].After)
	}
	// What was previewed counts as done for the next one.
	next, err := o.records.Preview(t.Context(), o.as("admin").call, events, []record.Operation{
		{Op: "transition", Entity: "deal", ID: id, To: "lost", Comment: "because"}, {Op: "update", Entity: "account", ID: account, Values: values(t, `{"name":"B"}`)},
	})
	if err != nil || len(next) != 2 || next[0].Op != "update" || next[0].Before["amount"] != "10000000000000070000" || len(next[0].Moves) != 1 {
		t.Fatalf("%v %+v", err, next)
	}
	if o.everything() != before {
		t.Error("the preview wrote something")
	}
	_, err = o.records.Preview(t.Context(), ann.call, nil, []record.Operation{{Op: "update", Entity: "deal", ID: deal, Values: values(t, `{"amount":"much"}`)}})
	o.refused(err, problem.Invalid, "/0/amount wrong_type")
	_, err = o.records.Preview(t.Context(), o.as("admin").call, nil, []record.Operation{{Op: "create", Entity: "contract", Values: values(t, `{"name":"two","code":"c"}`)}})
	o.refused(err, problem.Unique, "/0/code unique")
}
