package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"weft/runtime/problem"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// A cursor continues the query it came from and no other. // V16
func TestACursorBelongsToItsQuery(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	admin := s.as("admin")
	page, err := admin.query("deal", `{"where":["amount","present"],"limit":1}`)
	if err != nil || page.Cursor == "" {
		t.Fatal(page, err)
	}
	cursor := `,"cursor":"` + page.Cursor + `"}`
	for _, same := range []string{`{"where":["amount","present"],"limit":2`, `{"where":{"all":[ ["amount", "present"] ]},"fields":["name"]`} {
		if _, err := admin.query("deal", same+cursor); err != nil {
			t.Errorf("%s: %v", same, err)
		}
	}
	for _, other := range []string{`{"limit":1`, `{"where":["amount",">",1]`, `{"where":["amount","present"],"search":"x"`, `{"where":["amount","present"],"sort":["-id"]`} {
		_, err := admin.query("deal", other+cursor)
		s.refused(err, problem.Invalid, "/cursor cursor")
	}
	whole, err := admin.query("deal", `{"limit":1}`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = admin.query("account", `{"cursor":"`+whole.Cursor+`"}`)
	s.refused(err, problem.Invalid, "/cursor cursor")

	board, err := admin.board(`{"by":"stage","where":["name","!=","x"],"limit":1}`)
	if err != nil {
		t.Fatal(err)
	}
	next, err := admin.query("deal", `{"where":{"all":[["name","!=","x"],["stage","=","open"]]},"cursor":"`+board.Columns[0].Cursor+`"}`)
	if err != nil || len(next.Items) != 3 {
		t.Errorf("the cursor of a column: %v, %v", next, err)
	}
}

// A limit of 0 is no limit that can be met. // V16
func TestALimitOfZeroIsRefused(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	admin := s.as("admin")
	_, err := admin.query("deal", `{"limit":0}`)
	s.refused(err, problem.Invalid, "/limit too_small")
	_, err = admin.board(`{"by":"stage","limit":0}`)
	s.refused(err, problem.Invalid, "/limit too_small")
	_, err = admin.aggregate("deal", `{"metrics":{"n":["count"]},"limit":0}`)
	s.refused(err, problem.Invalid, "/limit too_small")
	if page, err := admin.query("deal", `{"limit":null}`); err != nil || len(page.Items) != 5 {
		t.Errorf("null is no limit: %v, %v", page, err)
	}
}

// An export keeps its limit and refuses what it does not use. // V16
func TestAnExportRefusesWhatItDoesNotUse(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	admin := s.as("admin")
	count := func(q string) (n int, err error) {
		err = s.reads.ForEachExported(t.Context(), admin.call.Actor, "deal", decode[read.Query](t, q), func(map[string]any) error { n++; return nil })
		return n, err
	}
	for q, want := range map[string]int{`{}`: 5, `{"limit":2}`: 2, `{"limit":1000}`: 5} {
		if n, err := count(q); err != nil || n != want {
			t.Errorf("%s: %d records, %v", q, n, err)
		}
	}
	for q, field := range map[string]string{`{"limit":0}`: "/limit too_small", `{"limit":1001}`: "/limit too_great", `{"cursor":"x"}`: "/cursor not_in_export",
		`{"expand":["account"]}`: "/expand not_in_export", `{"count":"exact"}`: "/count not_in_export"} {
		_, err := count(q)
		s.refused(err, problem.Invalid, field)
	}
}

// Child rows that a query names are in its answer. // V16
func TestAQueryAnswersTheChildRowsThatItNames(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	page, err := s.as("admin").query("deal", `{"where":["name","=","阿里采购"],"fields":["items"]}`)
	if err != nil || len(page.Items) != 1 {
		t.Fatal(page, err)
	}
	var item struct{ Items []struct{ Product string } }
	if err := json.Unmarshal(page.Items[0], &item); err != nil || len(item.Items) != 2 {
		t.Errorf("%s, %v", page.Items[0], err)
	}
}

// Texts of a unique key are one value in full and half width, in keys and in filters. // V4
func TestUniqueTextsCompareWithoutWidthAndBlanks(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	admin := s.as("admin")
	s.must(admin.create("account", `{"name":"a","code":"W1"}`))
	for _, code := range []string{"W1 ", "\u3000W1", "W1\u200b", "Ｗ１"} {
		_, err := admin.create("account", `{"name":"b","code":"`+code+`"}`)
		if err == nil {
			t.Fatalf("%q is another value", code)
		}
		s.refused(err, problem.Unique)
		for _, where := range []string{`["code","=","` + code + `"]`, `["code","in",["` + code + `"]]`} {
			if page, err := admin.query("account", `{"where":`+where+`}`); err != nil || len(page.Items) != 1 {
				t.Errorf("%s: %v, %v", where, page, err)
			}
		}
	}
	s.must(admin.create("account", `{"name":"b","code":"w1"}`)) // case tells apart
}

// slowAggregates is a store whose aggregates wait until they are let go.
type slowAggregates struct {
	store.Store
	started chan struct{}
	let     chan struct{}
}

func (s slowAggregates) Aggregate(ctx context.Context, collection string, a store.Aggregate) ([]store.Row, error) {
	s.started <- struct{}{}
	select {
	case <-s.let:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return s.Store.Aggregate(ctx, collection, a)
}

// Heavy reads of one user wait for each other, not in the way of others. // R6
func TestHeavyReadsOfOneUserLeaveRoomForOthers(t *testing.T) {
	t.Parallel()
	slow := slowAggregates{started: make(chan struct{}, 64), let: make(chan struct{})}
	o := newOffice(t, withStore(func(s store.Store) store.Store { slow.Store = s; return slow }))
	ann, bob := o.as("ann"), o.as("bob")
	aggregate := func(p person, n int) error {
		_, err := p.aggregate("deal", fmt.Sprintf(`{"where":["amount",">",%d],"metrics":{"n":["count"]}}`, n))
		return err
	}
	done := make(chan error, 32)
	for n := range 16 {
		go func() { done <- aggregate(ann, n) }()
	}
	for range 4 {
		<-slow.started
	}
	go func() { done <- aggregate(bob, 100) }()
	<-slow.started // bob's runs while twelve of ann's wait
	select {
	case <-slow.started:
		t.Error("a fifth aggregate of one user runs")
	case <-time.After(50 * time.Millisecond):
	}
	if _, err := ann.query("deal", `{}`); err != nil { // light reads do not wait
		t.Error(err)
	}
	close(slow.let)
	for range 17 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
