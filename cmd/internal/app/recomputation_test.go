package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/schemas"
)

// testApp is an app with accounts and deals whose definitions change while it
// runs. Its recomputation is stopped unless a test starts it.
type testApp struct {
	*apptest.App
	t *testing.T
}

// words are replaced in the definitions of these tests.
var words = strings.NewReplacer("TITLE", `"x-title":{"zh-CN":"名","en":"N"}`, "FORMULA", `"x-type":"formula","x-title":{"zh-CN":"式","en":"F"},"x-formula"`)

const accountDefinition = `{"kind":"entity","key":"account","type":"object",TITLE,"properties":{
	"name":{"x-type":"text",TITLE},"sector":{"x-type":"text",TITLE},"rate":{"x-type":"number",TITLE}%s}}`

const dealDefinition = `{"kind":"entity","key":"deal","type":"object",TITLE,"properties":{
	"name":{"x-type":"text",TITLE%s},"amount":{"x-type":"number",TITLE},
	"account":{"x-type":"reference",TITLE,"x-entity":"account","x-on-delete":"clear"}%s}}`

func newTestApp(t *testing.T, o apptest.Options) *testApp {
	t.Helper()
	f := &testApp{apptest.Start(t, o), t}
	f.Recomputer.Stop()
	return f
}

// publish publishes definitions; one of a known key replaces the old one.
func (f *testApp) publish(definitions ...string) {
	f.t.Helper()
	set := f.Current.Model().Set.Clone()
	for _, text := range definitions {
		d, problems := schemas.Decode([]byte(words.Replace(text)))
		if len(problems) > 0 {
			f.t.Fatalf("%v\n%s", problems, text)
		}
		set.Add(d)
	}
	if _, err := f.Builder.Publish(f.t.Context(), "admin", set); err != nil {
		f.t.Fatal(err)
	}
}

func (f *testApp) create(entity, text string) string {
	f.t.Helper()
	var v struct{ ID string }
	f.Do(f.t, f.Admin, "POST", "/records/"+entity, text).Want(f.t, http.StatusCreated).JSON(f.t, &v)
	return v.ID
}

func (f *testApp) patch(entity, id, text string) {
	f.t.Helper()
	f.Do(f.t, f.Admin, "PATCH", "/records/"+entity+"/"+id, text).Want(f.t, http.StatusOK)
}

// field reads one field of a record as answered.
func (f *testApp) field(entity, id, key string) any {
	f.t.Helper()
	var v map[string]any
	f.Do(f.t, f.Admin, "GET", "/records/"+entity+"/"+id, nil).Want(f.t, http.StatusOK).JSON(f.t, &v)
	return v[key]
}

// createDeals writes n deals of an account directly into the store, for speed,
// in the form in which changes are stored. Ids count up.
func (f *testApp) createDeals(n int, account string) {
	f.t.Helper()
	b, of := &store.Batch{}, ""
	if account != "" {
		of = `,"account":"` + account + `"`
	}
	for i := range n {
		id := fmt.Sprintf("00000000-0000-7000-8000-%012d", i)
		body := fmt.Sprintf(`{"id":%q,"rev":1,"created_at":"2026-01-01T00:00:00.000Z","updated_at":"2026-01-01T00:00:00.000Z","name":"第%d单","amount":%d%s}`, id, i+1, i, of)
		b.Ops = append(b.Ops, store.Op{Kind: store.Insert, Collection: "deal", Doc: store.Doc{ID: id, Rev: 1, Body: json.RawMessage(body)}})
	}
	if err := f.Store.Commit(f.t.Context(), b); err != nil {
		f.t.Fatal(err)
	}
}

// count asks for the number of deals that match.
func (f *testApp) count(query string) int64 {
	f.t.Helper()
	var v struct{ Count int64 }
	f.Do(f.t, f.Admin, "POST", "/records/deal/query", query).Want(f.t, http.StatusOK).JSON(f.t, &v)
	return v.Count
}

// drain recomputes until nothing is left.
func (f *testApp) drain() {
	f.t.Helper()
	for more, steps := true, 0; more; steps++ {
		var err error
		if more, err = f.Recomputer.RunOnce(f.t.Context()); err != nil {
			f.t.Fatal(err)
		}
		if steps > 1000 {
			f.t.Fatal("the recomputation does not end")
		}
	}
	if n, err := f.Store.Count(f.t.Context(), record.RecomputationCollection, nil, 0); err != nil || n != 0 {
		f.t.Fatal(n, "jobs are left", err)
	}
}

func (f *testApp) recomputing() []record.RecomputationProgress {
	f.t.Helper()
	var v struct {
		Renewing []record.RecomputationProgress
	}
	f.Do(f.t, f.Admin, "GET", "/builder/versions", nil).Want(f.t, http.StatusOK).JSON(f.t, &v)
	return v.Renewing
}

func TestRecordsAreRecomputedForNewDefinitions(t *testing.T) {
	t.Parallel()
	f := newTestApp(t, apptest.Options{})
	f.publish(fmt.Sprintf(accountDefinition, ""), fmt.Sprintf(dealDefinition, "", ""))
	a := f.create("account", `{"name":"甲","rate":2}`)
	f.createDeals(250, a)
	d := f.create("deal", `{"name":"一百单","amount":7,"account":"`+a+`"}`)
	f.drain()

	f.publish(fmt.Sprintf(accountDefinition, `,"total":{"x-type":"roll_up",TITLE,"x-result":"number","x-roll-up":{"entity":"deal","field":"account","func":"sum","of":"worth"}}`),
		fmt.Sprintf(dealDefinition, `,"x-searchable":true,"x-sortable":true`, `,"worth":{FORMULA:"amount * account.rate","x-result":"number"}`))
	if got := f.recomputing(); len(got) != 2 || got[1] != (record.RecomputationProgress{Entity: "deal", Total: 251}) {
		t.Errorf("recomputing %+v", got)
	}
	if _, err := f.Recomputer.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := f.recomputing(); len(got) != 1 || got[0] != (record.RecomputationProgress{Entity: "deal", Done: 100, Total: 251}) {
		t.Errorf("after one batch %+v", got)
	}
	if n := f.count(`{"search":"第7","count":"exact"}`); n == 0 {
		t.Error("recomputed records are found at once")
	}
	f.drain()
	if got := f.recomputing(); len(got) != 0 {
		t.Errorf("afterwards %+v", got)
	}
	if n := f.count(`{"search":"百单","count":"exact"}`); n != 1 {
		t.Errorf("search finds %d", n)
	}
	if n := f.count(`{"where":["worth","=",14],"count":"exact"}`); n != 2 {
		t.Errorf("the formula is found in %d", n)
	}
	if got := f.field("account", a, "total"); got != float64(2*(249*250/2+7)) {
		t.Errorf("total %v", got)
	}
	// A visible change raises the revision, but has no history entry.
	if rev := f.field("deal", d, "rev"); rev != 2.0 {
		t.Errorf("revision %v", rev)
	}
	if n, err := f.Store.Count(t.Context(), record.HistoryCollection, query.Cmp{Path: query.Path{Field: "record", Kind: query.Key}, Op: query.Eq, Value: d}, 0); err != nil || n != 1 {
		t.Errorf("%d history rows, %v", n, err)
	}
	var page struct{ Items []struct{ Name string } }
	f.Do(t, f.Admin, "POST", "/records/deal/query", `{"sort":["name"],"limit":3}`).Want(t, http.StatusOK).JSON(t, &page)
	if fmt.Sprint(page.Items) != "[{第1单} {第2单} {第3单}]" {
		t.Errorf("order %v", page.Items)
	}
}

// Recomputing only sort keys and search tokens keeps the revision, so that
// clients that have read the record can still write it.
func TestRecomputedSearchTextKeepsTheRevision(t *testing.T) {
	t.Parallel()
	f := newTestApp(t, apptest.Options{})
	f.publish(fmt.Sprintf(accountDefinition, ""), fmt.Sprintf(dealDefinition, "", ""))
	d := f.create("deal", `{"name":"北京采购"}`)
	f.publish(fmt.Sprintf(dealDefinition, `,"x-searchable":true`, ""))
	f.drain()
	if rev := f.field("deal", d, "rev"); rev != 1.0 {
		t.Errorf("revision %v", rev)
	}
	if n := f.count(`{"search":"采购","count":"exact"}`); n != 1 {
		t.Errorf("search finds %d", n)
	}
}

// a rollback is published like any version.
func TestRollbackRecomputes(t *testing.T) {
	t.Parallel()
	f := newTestApp(t, apptest.Options{})
	f.publish(fmt.Sprintf(accountDefinition, ""), fmt.Sprintf(dealDefinition, "", `,"worth":{FORMULA:"amount * 2","x-result":"number"}`))
	first := f.Current.Model().Version
	d := f.create("deal", `{"name":"x","amount":5}`)
	f.publish(fmt.Sprintf(dealDefinition, "", `,"worth":{FORMULA:"amount * 3","x-result":"number"}`))
	f.drain()
	if got := f.field("deal", d, "worth"); got != 15.0 {
		t.Errorf("published: %v", got)
	}
	if _, err := f.Builder.Rollback(t.Context(), "admin", first); err != nil {
		t.Fatal(err)
	}
	f.drain()
	if got := f.field("deal", d, "worth"); got != 10.0 {
		t.Errorf("rolled back: %v", got)
	}
}

// An interrupted recomputation is continued by the next process.
func TestRecomputationGoesOnAfterAKill(t *testing.T) {
	t.Parallel()
	f := newTestApp(t, apptest.Options{})
	f.publish(fmt.Sprintf(accountDefinition, ""), fmt.Sprintf(dealDefinition, "", ""))
	f.createDeals(250, "")
	f.publish(fmt.Sprintf(dealDefinition, "", `,"worth":{FORMULA:"amount + 1","x-result":"number"}`))
	for range 2 { // every batch by another process
		if more, err := record.NewRecomputer(f.Records, nil).RunOnce(t.Context()); err != nil || !more {
			t.Fatal(more, err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := record.NewRecomputer(f.Records, nil).RunOnce(gone); err == nil {
		t.Error("a batch that is cut off says so")
	}
	if got := f.recomputing(); len(got) != 1 || got[0].Done != 200 {
		t.Errorf("%+v", got)
	}
	next := record.NewRecomputer(f.Records, nil)
	next.Start()
	next.Start() // a second Start does nothing
	for f.count(`{"where":["worth","present"],"count":"exact"}`) < 250 {
		select {
		case <-t.Context().Done():
			t.Fatal("the recomputation does not end")
		case <-time.After(5 * time.Millisecond):
		}
	}
	next.Stop()
	next.Stop()
	f.drain()
	if n := f.count(`{"where":["rev","=",2],"count":"exact"}`); n != 250 {
		t.Errorf("%d of 250 were written exactly once", n)
	}
}

// Writes during a recomputation are neither overwritten nor refused, and follow
// the new definitions.
func TestRecomputationWhileOthersWrite(t *testing.T) {
	t.Parallel()
	f := newTestApp(t, apptest.Options{})
	f.publish(fmt.Sprintf(accountDefinition, `,"total":{"x-type":"roll_up",TITLE,"x-result":"number","x-roll-up":{"entity":"deal","field":"account","func":"sum","of":"amount"}}`),
		fmt.Sprintf(dealDefinition, "", ""))
	a := f.create("account", `{"name":"甲","rate":2}`)
	f.createDeals(300, a)
	f.publish(fmt.Sprintf(accountDefinition, `,"total":{"x-type":"roll_up",TITLE,"x-result":"number","x-roll-up":{"entity":"deal","field":"account","func":"sum","of":"worth"}}`),
		fmt.Sprintf(dealDefinition, `,"x-searchable":true`, `,"worth":{FORMULA:"amount * account.rate","x-result":"number"}`))
	f.Recomputer.Start()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 25 {
				id := fmt.Sprintf("00000000-0000-7000-8000-%012d", (w*71+i*11)%300)
				f.patch("deal", id, `{"name":"改过"}`)
			}
		})
	}
	wg.Go(func() {
		for i := range 10 {
			f.patch("account", a, fmt.Sprintf(`{"rate":%d}`, i+1))
		}
	})
	wg.Wait()
	f.Recomputer.Stop()
	f.drain()
	f.checkSums(a, 10)
	if named, found := f.count(`{"where":["name","=","改过"],"count":"exact"}`), f.count(`{"search":"改过","count":"exact"}`); named != found || named == 0 {
		t.Errorf("%d are named so, %d are found", named, found)
	}
}

// checkSums checks that every deal of the account holds amount × rate and the
// account their sum.
func (f *testApp) checkSums(account string, rate float64) {
	f.t.Helper()
	docs, err := f.Store.Find(f.t.Context(), "deal", store.Find{Where: query.Cmp{Path: query.Path{Field: "account", Kind: query.Key}, Op: query.Eq, Value: account}, Limit: 2000})
	if err != nil {
		f.t.Fatal(err)
	}
	sum := 0.0
	for _, d := range docs {
		var v struct{ Amount, Worth float64 }
		if err := json.Unmarshal(d.Body, &v); err != nil {
			f.t.Fatal(err)
		}
		if v.Worth != v.Amount*rate {
			f.t.Fatalf("%s", d.Body)
		}
		sum += v.Worth
	}
	if got := f.field("account", account, "total"); got != sum {
		f.t.Errorf("total %v, want %v", got, sum)
	}
}

// V9: records that were there before their auto-number field get numbers in the
// order of their creation; later ones go on from there.
func TestExistingRecordsGetRunningNumbers(t *testing.T) {
	t.Parallel()
	f := newTestApp(t, apptest.Options{})
	f.publish(fmt.Sprintf(accountDefinition, ""), fmt.Sprintf(dealDefinition, "", ""))
	a := f.create("account", `{"name":"甲","rate":2}`)
	f.createDeals(121, a)
	first := "00000000-0000-7000-8000-000000000000"
	last := f.create("deal", `{"name":"last","amount":7,"account":"`+a+`"}`)
	f.drain()
	f.publish(fmt.Sprintf(dealDefinition, "", `,"number":{"x-type":"auto_number",TITLE,"x-auto-number":{"prefix":"D-","digits":3}}`))
	f.drain()
	if got := f.field("deal", first, "number"); got != "D-001" {
		t.Errorf("the first record has %v", got)
	}
	if got := f.field("deal", last, "number"); got != "D-122" {
		t.Errorf("the last record has %v", got)
	}
	next := f.create("deal", `{"name":"next","amount":7,"account":"`+a+`"}`)
	if got := f.field("deal", next, "number"); got != "D-123" {
		t.Errorf("a new record has %v", got)
	}
}
