package record_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

func (p person) past(entity, id, cursor string, limit int) (*read.HistoryPage, error) {
	return p.reads().History(p.ctx(), p.call.Actor, entity, id, cursor, limit)
}

type change struct {
	Rev        int64
	At, By     string
	Op, Source string
	Depth      int64
	Version    int64
	Comment    string
	Changes    map[string]map[string]any
}

func changes(t testing.TB, page *read.HistoryPage) []change {
	t.Helper()
	var list []change
	for _, item := range page.Items {
		list = append(list, decode[change](t, string(item)))
	}
	return list
}

// P11: who changed what, when, through which method, newest first.
func TestHistory(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	ann, fay := s.as("ann"), s.as("fay")
	id := s.ids["阿里采购"]
	s.must(ann.patch("deal", id, `{"amount":"120.25","close_date":null}`))
	s.must(fay.patch("deal", id, `{"finance_status":"checked"}`))
	s.must(ann.move("deal", id, "lost", `{}`, "太贵"))
	page, err := ann.past("deal", id, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	list := changes(t, page)
	if len(list) != 4 || page.Cursor != "" {
		t.Fatalf("%s", joined(page.Items))
	}
	for i, c := range list {
		if c.Rev != int64(4-i) || c.At == "" || c.Source != "api" || c.Version != 7 || c.Depth != 0 {
			t.Errorf("row %d: %+v", i, c)
		}
	}
	if list[0].Comment != "太贵" || list[0].Changes["stage"]["to"] != "lost" || list[0].Changes["lost_reason"]["to"] != "太贵" {
		t.Errorf("move: %+v", list[0])
	}
	if list[1].By != fay.id() || list[2].By != ann.id() {
		t.Errorf("by %s and %s", list[1].By, list[2].By)
	}
	amount, date := list[2].Changes["amount"], list[2].Changes["close_date"]
	if amount["from"] != "100.5" || amount["to"] != "120.25" || date["from"] != "2017-04-03" || date["to"] != nil {
		t.Errorf("patch: %v", list[2].Changes)
	}
	if rows, _ := list[3].Changes["items"]["to"].([]any); len(rows) != 2 || list[3].Op != "create" {
		t.Errorf("create: %+v", list[3])
	}
}

func TestHistoryIsCutToItsReader(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	id := s.ids["陈氏第10期"]
	s.must(s.as("admin").patch("deal", id, `{"amount":"33","name":"陈氏"}`))
	gus := s.join("gus", "reception") // reads name, stage and close_date
	page, err := gus.past("deal", id, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"amount", `"33"`, "lost_reason", "价格", "finance", "owner"} {
		if strings.Contains(joined(page.Items), word) {
			t.Errorf("gus reads %s in %s", word, joined(page.Items))
		}
	}
	if list := changes(t, page); len(list) != 2 || list[0].Changes["name"]["to"] != "陈氏" {
		t.Errorf("%s", joined(page.Items))
	}
	bob := s.as("bob")
	_, hidden := bob.past("deal", id, "", 0)
	s.refused(hidden, problem.NotFound)
	_, missing := bob.past("deal", "0199aaaa-0000-7000-8000-000000000000", "", 0)
	s.refused(missing, problem.NotFound)
	_, err = bob.past("account", id, "", 0)
	s.refused(err, problem.NotFound)
}

func TestHistoryOfDeletedRecordsAndPages(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	ann, bob, id := s.as("ann"), s.as("bob"), s.ids["王府井"]
	for _, name := range []string{"a", "b", "c"} {
		s.must(ann.patch("deal", id, `{"name":"`+name+`"}`))
	}
	s.must(ann.remove("deal", id))
	var revs []int64
	cursor := ""
	for {
		page, err := ann.past("deal", id, cursor, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes(t, page) {
			revs = append(revs, c.Rev)
		}
		if cursor = page.Cursor; cursor == "" {
			break
		}
	}
	if !slices.Equal(revs, []int64{5, 4, 3, 2, 1}) {
		t.Errorf("revisions %v", revs)
	}
	_, err := bob.past("deal", id, "", 0)
	s.refused(err, problem.NotFound)
	_, err = ann.past("account", id, "", 0) // in the bin, but a deal
	s.refused(err, problem.NotFound)
	page, _ := ann.past("deal", id, "", 2)
	_, err = ann.past("deal", s.ids["阿里采购"], page.Cursor, 2)
	s.refused(err, problem.Invalid, "/cursor cursor")
	_, err = ann.past("deal", id, "x", 1001)
	s.refused(err, problem.Invalid, "/limit too_great", "/cursor cursor")
}

func (p person) each(query string, fn func(map[string]any) error) error {
	p.o.t.Helper()
	return p.reads().ForEachExported(p.ctx(), p.call.Actor, "deal", decode[read.Query](p.o.t, query), fn)
}

func TestEachGivesWhatMayBeExported(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	admin := s.as("admin")
	for range 600 { // more than one page
		s.must(admin.create("deal", `{"name":"bulk","amount":"1.5"}`))
	}
	var got []string
	total := 0
	err := admin.each(`{"sort":["-amount","name"]}`, func(doc map[string]any) error {
		if total++; total <= 3 {
			got = append(got, doc["name"].(string))
		}
		return nil
	})
	if err != nil || total != 605 || strings.Join(got, " ") != "阿里采购 陈氏第2期 陈氏第10期" {
		t.Errorf("%d records, first %v, %v", total, got, err)
	}
	total = 0
	if err := admin.each(`{"limit":7,"where":["name","=","bulk"],"fields":["amount"]}`, func(doc map[string]any) error {
		if total++; len(doc) != 3 || doc["amount"] != "10000000000000015000" {
			t.Errorf("%v", doc)
		}
		return nil
	}); err != nil || total != 7 {
		t.Errorf("%d records, %v", total, err)
	}
	stop := errors.New("stop")
	if err := admin.each(`{}`, func(map[string]any) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
}

func TestEachNeedsTheRightToExport(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	none := func(map[string]any) error { t.Error("a record was given away"); return nil }
	s.refused(s.as("ann").each(`{}`, none), problem.Forbidden)
	hal := s.join("hal", "clerk", "sales") // exports won deals, reads his own
	s.must(s.as("admin").create("deal", `{"name":"hal's","owner":"`+hal.id()+`","lost_reason":"x"}`))
	if err := hal.each(`{}`, none); err != nil {
		t.Error(err)
	}
	admin := s.as("admin")
	proof := admin.upload("proof")
	id := s.ids["阿里采购"]
	s.must(admin.patch("deal", id, `{"proof":["`+proof+`"],"amount":500,"lost_reason":"none"}`))
	s.must(admin.move("deal", id, "review", `{}`, ""))
	s.must(admin.move("deal", id, "won", `{}`, ""))
	var docs []json.RawMessage
	if err := hal.each(`{}`, func(doc map[string]any) error {
		raw, err := json.Marshal(doc)
		docs = append(docs, raw)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if len(docs) != 1 || strings.Contains(joined(docs), "lost_reason") || names(t, docs) != "阿里采购" {
		t.Errorf("hal exports %s", joined(docs))
	}
	s.refused(hal.each(`{"fields":["nope"],"limit":-1}`, none), problem.Invalid, "/limit too_small", "/fields/0 unknown_field")
}

// TestHistoryKeepsAmountsAsPeopleWriteThem: so they are read in the database
// itself; rows of older versions, in stored form, are read all the same.
func TestHistoryKeepsAmountsAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	ann := s.as("ann")
	id := s.ids["阿里采购"]
	s.must(ann.patch("deal", id, `{"amount":"120.25"}`))
	rows, err := s.store.Find(t.Context(), record.HistoryCollection, store.Find{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rows, func(d store.Doc) bool {
		return strings.HasPrefix(d.ID, id) && strings.Contains(string(d.Body), `"amount":{"from":"100.5","to":"120.25"}`)
	})
	if i < 0 {
		t.Fatal("no row of the history shows the amounts")
	}
	old := rows[i]
	old.Rev++
	old.Body = []byte(strings.NewReplacer(`"rev":1,`, `"rev":2,`, `"100.5"`, `"10000000000001005000"`, `"120.25"`, `"10000000000001202500"`).Replace(string(old.Body)))
	if err := s.store.Commit(t.Context(), &store.Batch{Ops: []store.Op{{Kind: store.Replace, Collection: record.HistoryCollection, Doc: old, OldRev: 1}}}); err != nil {
		t.Fatal(err)
	}
	page, err := ann.past("deal", id, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	if amount := changes(t, page)[0].Changes["amount"]; amount["from"] != "100.5" || amount["to"] != "120.25" {
		t.Errorf("a row of an older version: %v", amount)
	}
}
