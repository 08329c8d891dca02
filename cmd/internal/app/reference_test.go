package app_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/store"
)

// A deal is worth its amount times the rate of its account, and the account
// holds the sum.
func newRatedApp(t *testing.T, o apptest.Options) *testApp {
	t.Helper()
	f := newTestApp(t, o)
	f.publish(fmt.Sprintf(accountDefinition, `,"total":{"x-type":"roll_up",TITLE,"x-result":"number","x-roll-up":{"entity":"deal","field":"account","func":"sum","of":"worth"}}`),
		fmt.Sprintf(dealDefinition, "", `,"worth":{FORMULA:"amount * account.rate","x-result":"number"},
			"share":{FORMULA:"ROUND(worth / account.total * 100)","x-result":"number"}`))
	return f
}

func (f *testApp) history(id string) int64 {
	f.t.Helper()
	n, err := f.Store.Count(f.t.Context(), record.HistoryCollection, query.Cmp{Path: query.Path{Field: "record", Kind: query.Key}, Op: query.Eq, Value: id}, 0)
	if err != nil {
		f.t.Fatal(err)
	}
	return n
}

func TestDependentFormulasAreRecomputedInTheCommit(t *testing.T) {
	t.Parallel()
	f := newRatedApp(t, apptest.Options{})
	a, b := f.create("account", `{"name":"甲","rate":2}`), f.create("account", `{"name":"乙","rate":5}`)
	d := f.create("deal", `{"name":"x","amount":3,"account":"`+a+`"}`)
	e := f.create("deal", `{"name":"y","amount":1,"account":"`+a+`"}`)
	want := func(step string, worth, share, other, total any) {
		t.Helper()
		if got := []any{f.field("deal", d, "worth"), f.field("deal", d, "share"), f.field("deal", e, "share"), f.field("account", a, "total")}; fmt.Sprint(got) != fmt.Sprint([]any{worth, share, other, total}) {
			t.Errorf("%s: %v", step, got)
		}
	}
	want("created", 6, 75, 25, 8)
	f.patch("account", a, `{"rate":10}`)
	want("the account's rate changed", 30, 75, 25, 40)
	if n := f.history(d); n != 3 { // created; share when the other came; worth
		t.Errorf("%d history rows", n)
	}
	f.patch("account", a, `{"name":"丙"}`)
	if n := f.history(d); n != 3 {
		t.Errorf("%d history rows: no formula reads the name", n)
	}
	f.patch("deal", d, `{"account":"`+b+`"}`)
	want("moved away", 15, 100, 100, 10)
	f.Do(t, f.Admin, "DELETE", "/records/account/"+b, nil).Want(t, 204)
	want("the account was deleted", nil, nil, 100, 10)
	f.patch("account", a, `{"rate":null}`)
	want("no rate", nil, nil, nil, 0)
	f.drain()
	want("nothing was left to do", nil, nil, nil, 0)
}

func TestManyDependentFormulasAreRecomputedAfterTheCommit(t *testing.T) {
	t.Parallel()
	f := newRatedApp(t, apptest.Options{})
	a := f.create("account", `{"name":"甲","rate":2}`)
	f.createDeals(450, a)
	f.patch("account", a, `{"rate":3}`)
	if n := f.count(`{"where":["worth","present"],"count":"exact"}`); n != 0 {
		t.Errorf("%d deals were written with the account: too many for one commit", n)
	}
	for range 2 { // killed after each batch
		if more, err := record.NewRecomputer(f.Records, nil).RunOnce(t.Context()); err != nil || !more {
			t.Fatal(more, err)
		}
	}
	f.patch("account", a, `{"rate":4}`) // deals that are done must be done again
	f.drain()
	f.checkSums(a, 4)
	if n := f.count(`{"where":["share","present"],"count":"exact"}`); n != 450 {
		t.Errorf("%d deals know their share of the total", n)
	}
	if got := f.recomputing(); len(got) != 0 {
		t.Errorf("recomputations of a published version: %+v", got)
	}
}

// interleavingStore commits a batch of the test between the reads and the commit
// of the next change of an account.
type interleavingStore struct {
	store.Store
	mu   sync.Mutex
	late func()
}

func (s *interleavingStore) Commit(ctx context.Context, b *store.Batch) error {
	s.mu.Lock()
	late := s.late
	if late != nil && len(b.Ops) > 0 && b.Ops[0].Collection == "account" {
		s.late = nil
	} else {
		late = nil
	}
	s.mu.Unlock()
	if late != nil {
		late()
	}
	return s.Store.Commit(ctx, b)
}

// A deal that moves to the account while the account is changed was neither
// computed with the new rate nor read by the change.
func TestADealMovedToAnAccountDuringItsChangeIsRecomputed(t *testing.T) {
	t.Parallel()
	var st *interleavingStore
	f := newTestApp(t, apptest.Options{Wrap: func(s store.Store) store.Store { st = &interleavingStore{Store: s}; return st }})
	f.publish(fmt.Sprintf(accountDefinition, ""), fmt.Sprintf(dealDefinition, "", `,"worth":{FORMULA:"amount * account.rate","x-result":"number"}`))
	a := f.create("account", `{"name":"甲","rate":2}`)
	var d string
	st.mu.Lock()
	st.late = func() { d = f.create("deal", `{"name":"x","amount":3,"account":"`+a+`"}`) }
	st.mu.Unlock()
	f.patch("account", a, `{"rate":10}`)
	f.drain()
	if got := f.field("deal", d, "worth"); got != 30.0 {
		t.Errorf("worth %v", got)
	}
}

// No change is committed under definitions that were replaced while it was
// built: the recomputation may have passed its record already.
func TestAChangeDuringAPublishingIsBuiltAgain(t *testing.T) {
	t.Parallel()
	var st *interleavingStore
	f := newTestApp(t, apptest.Options{Wrap: func(s store.Store) store.Store { st = &interleavingStore{Store: s}; return st }})
	f.publish(fmt.Sprintf(accountDefinition, ""))
	a := f.create("account", `{"name":"甲","rate":2}`)
	st.mu.Lock()
	st.late = func() {
		f.publish(fmt.Sprintf(accountDefinition, `,"twice":{FORMULA:"rate * 2","x-result":"number"}`))
		f.drain()
	}
	st.mu.Unlock()
	f.patch("account", a, `{"rate":10}`)
	if got := f.field("account", a, "twice"); got != 20.0 {
		t.Errorf("twice %v", got)
	}
}

// TODAY and DATE_OF are days of the organisation: in China 1 March begins when
// it is still 28 February in UTC.
func TestFormulaDaysAreThoseOfTheOrganisation(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 28, 17, 30, 0, 0, time.UTC)
	f := newTestApp(t, apptest.Options{Now: func() time.Time { return at }})
	f.publish(`{"kind":"entity","key":"visit","type":"object",TITLE,"properties":{"came":{"x-type":"datetime",TITLE},
		"day":{FORMULA:"DATE_OF(came)","x-result":"date"},"today":{FORMULA:"TODAY()","x-result":"date"}}}`)
	v := f.create("visit", `{"came":"2026-02-28T16:00:00Z"}`)
	if day, today := f.field("visit", v, "day"), f.field("visit", v, "today"); day != "2026-03-01" || today != "2026-03-01" {
		t.Errorf("came on %v, today is %v", day, today)
	}
}

// The comment of a transition becomes the value of its reason field, and fields
// computed from it are recomputed.
func TestReasonsInRollupsAndPaths(t *testing.T) {
	t.Parallel()
	f := newTestApp(t, apptest.Options{})
	f.publish(fmt.Sprintf(accountDefinition, `,"lost":{"x-type":"roll_up",TITLE,"x-roll-up":{"entity":"deal","field":"account","func":"count","where":["why","present"]}}`),
		fmt.Sprintf(dealDefinition, "", `,"why":{"x-type":"text",TITLE},"label":{FORMULA:"CONCAT(name, ': ', why)","x-result":"text"},
			"stage":{"x-type":"choice",TITLE,"x-choices":[{"key":"open","title":{"zh-CN":"开","en":"Open"}},{"key":"lost","title":{"zh-CN":"输","en":"Lost"}}]}`),
		`{"kind":"entity","key":"note","type":"object",TITLE,"properties":{"deal":{"x-type":"reference",TITLE,"x-entity":"deal"},"of":{FORMULA:"deal.label","x-result":"text"}}}`,
		`{"kind":"stage_machine","key":"m","title":{"zh-CN":"机","en":"M"},"entity":"deal","field":"stage","initial":"open",
		"stages":[{"key":"open","title":{"zh-CN":"开","en":"Open"},"type":"open"},{"key":"lost","title":{"zh-CN":"输","en":"Lost"},"type":"lost"}],
		"transitions":[{"key":"lose","title":{"zh-CN":"输","en":"Lose"},"from":["open"],"to":"lost","direction":"close","reason":{"required":true,"field":"why"}}]}`)
	a := f.create("account", `{"name":"甲"}`)
	d := f.create("deal", `{"name":"x","account":"`+a+`"}`)
	n := f.create("note", `{"deal":"`+d+`"}`)
	f.Do(t, f.Admin, "POST", "/records/deal/"+d+"/transition", `{"to":"lost","comment":"太贵"}`).Want(t, 200)
	if got := []any{f.field("deal", d, "label"), f.field("account", a, "lost"), f.field("note", n, "of")}; fmt.Sprint(got) != "[x: 太贵 1 x: 太贵]" {
		t.Error(got)
	}
}
