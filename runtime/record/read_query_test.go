package record_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"weft/runtime/problem"
)

func splitWords(s string) []string { return strings.Fields(s) }

func expandedOf(t testing.TB, item json.RawMessage) json.RawMessage {
	t.Helper()
	return decode[map[string]json.RawMessage](t, string(item))["expanded"]
}

func TestQueryFindsSortsAndCuts(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	admin, ann, bob, fay := s.as("admin"), s.as("ann"), s.as("bob"), s.as("fay")
	for _, c := range []struct {
		who         person
		query, want string
	}{
		{admin, `{}`, "阿里采购 陈氏第10期 陈氏第2期 Acme 王府井"},
		{admin, `{"sort":["-id"]}`, "王府井 Acme 陈氏第2期 陈氏第10期 阿里采购"},
		{admin, `{"sort":["name"]}`, "Acme 阿里采购 陈氏第2期 陈氏第10期 王府井"},
		{admin, `{"sort":["amount"]}`, "王府井 陈氏第10期 陈氏第2期 阿里采购 Acme"},
		{admin, `{"sort":["-amount","-name"]}`, "阿里采购 陈氏第10期 陈氏第2期 王府井 Acme"},
		{admin, `{"where":["amount",">=",20]}`, "阿里采购 陈氏第10期 陈氏第2期"},
		{admin, `{"where":["amount","!=","20"]}`, "阿里采购 Acme 王府井"},
		{admin, `{"where":["account.sector","=","retail"]}`, "阿里采购 陈氏第2期"},
		{admin, `{"where":{"not":["account.sector","=","retail"]}}`, "陈氏第10期 Acme 王府井"},
		{admin, `{"search":"陈氏"}`, "陈氏第10期 陈氏第2期"},
		{admin, `{"search":"氏 第2"}`, "陈氏第2期"},
		{admin, `{"search":"ＡＣ"}`, "Acme"},
		{admin, `{"search":"。！"}`, ""},
		{admin, `{"limit":2}`, "阿里采购 陈氏第10期"},
		{ann, `{}`, "阿里采购 陈氏第10期 王府井"},
		{bob, `{}`, "陈氏第2期 Acme"},
		{bob, `{"search":"陈氏"}`, "陈氏第2期"},
		{bob, `{"where":{"not":["owner","=",{"me":true}]}}`, ""},
		{bob, `{"where":["account.sector","=","retail"]}`, ""}, // the account is ann's
		{bob, `{"where":["account.sector","empty"]}`, "陈氏第2期 Acme"},
		{ann, `{"where":["account.sector","=","retail"]}`, "阿里采购"},
		{fay, `{"where":["lost_reason","present"]}`, "陈氏第10期"},
	} {
		page, err := c.who.query("deal", c.query)
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
			continue
		}
		if got := names(t, page.Items); got != c.want {
			t.Errorf("%s %s\n got %s\nwant %s", c.who.call.Actor.Login, c.query, got, c.want)
		}
	}
}

func TestQueryNamesEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	_, err := s.as("ann").query("account", `{"where":{"any":[["secret","=","x"],["parent.secret","present"],["nope","=",1],["name","~","x"]]},
		"search":"`+strings.Repeat("长", 256)+`","sort":["-secret"],"limit":1001,"cursor":"bnVsbA","fields":["secret"],"expand":["name"],"count":"all"}`)
	s.refused(err, problem.Invalid, "/where/any/0/0 unknown_field", "/where/any/1/0 unknown_field", "/where/any/2/0 unknown_field", "/where/any/3/1 unknown_operator", "/search too_long",
		"/sort/0 unknown_field", "/limit too_great", "/cursor cursor", "/fields/0 unknown_field", "/expand/0 not_a_reference", "/count unknown_count")
	_, err = s.as("ann").query("account", `{"where":{"any":[["secret","=","x"],["parent.secret","present"]]},"limit":-1}`)
	s.refused(err, problem.Invalid, "/where/any/0/0 unknown_field", "/where/any/1/0 unknown_field", "/limit too_small")
	_, err = s.join("nobody").query("deal", `{}`)
	s.refused(err, problem.Forbidden)
}

// Pages tile the whole set: with equal keys, unset keys, both directions.
func TestPagesTileTheSet(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	admin := s.as("admin")
	for i := range 11 {
		s.must(admin.create("deal", fmt.Sprintf(`{"name":"第%d号","amount":%d}`, i, i%3)))
	}
	for _, sort := range []string{`[]`, `["-id"]`, `["name"]`, `["-amount"]`, `["amount","-name"]`, `["close_date","-created_at"]`, `["stage","account","-amount"]`} {
		all, err := admin.query("deal", `{"limit":1000,"fields":["name"],"sort":`+sort+`}`)
		if err != nil {
			t.Fatal(err)
		}
		var paged []json.RawMessage
		cursor := ""
		for {
			page, err := admin.query("deal", `{"limit":3,"fields":["name"],"sort":`+sort+`,"cursor":"`+cursor+`"}`)
			if err != nil {
				t.Fatalf("%s: %v", sort, err)
			}
			paged = append(paged, page.Items...)
			if cursor = page.Cursor; cursor == "" {
				break
			}
		}
		if joined(paged) != joined(all.Items) || len(paged) != 16 {
			t.Errorf("%s: pages hold %s\nall %s", sort, names(t, paged), names(t, all.Items))
		}
	}
	page, err := admin.query("deal", `{"limit":3,"sort":["name"]}`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = admin.query("deal", `{"limit":3,"sort":["-name"],"cursor":"`+page.Cursor+`"}`)
	s.refused(err, problem.Invalid, "/cursor cursor")
}

func TestCounts(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	admin := s.as("admin")
	count := func(who person, query string) string {
		t.Helper()
		page, err := who.query("deal", query)
		if err != nil {
			t.Fatal(err)
		}
		if page.Count == nil {
			return "none"
		}
		return fmt.Sprint(*page.Count, *page.Exact)
	}
	for _, c := range []struct {
		who         person
		query, want string
	}{
		{admin, `{}`, "none"},
		{admin, `{"count":"none"}`, "none"},
		{admin, `{"count":"exact"}`, "5 true"},
		{admin, `{"count":"exact","limit":2}`, "5 true"},
		{admin, `{"count":"capped","limit":2}`, "5 true"},
		{admin, `{"count":"exact","limit":1,"where":["amount","present"]}`, "4 true"},
		{admin, `{"count":"exact","where":["name","=","none"]}`, "0 true"},
		{s.as("ann"), `{"count":"exact","limit":1}`, "3 true"},
		{s.as("bob"), `{"count":"exact","limit":1}`, "2 true"},
	} {
		for range 2 { // the second answer comes from memory
			if got := count(c.who, c.query); got != c.want {
				t.Errorf("%s %s: %s, want %s", c.who.call.Actor.Login, c.query, got, c.want)
			}
		}
	}
	for i := range 4 {
		s.must(admin.create("deal", `{"name":"more"}`))
		if got := count(admin, `{"count":"exact","limit":1}`); got != fmt.Sprint(6+i, " true") {
			t.Errorf("after write %d: %s", i, got)
		}
	}
	first, _ := admin.query("deal", `{"limit":8}`)
	if got := count(admin, `{"count":"exact","limit":8,"cursor":"`+first.Cursor+`"}`); got != "9 true" {
		t.Errorf("on the last page: %s", got)
	}
}

// S-03: fields are visible only on rows of a grant that names them, in
// answers, filters, orders and searches.
func TestFieldsAreSeenOnRowsOfTheirGrantOnly(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	eve := s.join("eve", "sales", "reception")
	s.must(s.as("admin").create("deal", `{"name":"eve's","owner":"`+eve.id()+`","amount":"7"}`))
	for _, c := range []struct{ query, want string }{
		{`{"where":["amount","present"]}`, "eve's"},
		{`{"where":["amount",">",50]}`, ""},
		{`{"where":["amount","empty"]}`, "阿里采购 陈氏第10期 陈氏第2期 Acme 王府井"},
		{`{"sort":["amount"]}`, "eve's 阿里采购 陈氏第10期 陈氏第2期 Acme 王府井"},
		{`{"where":["lost_reason","contains","价"]}`, ""},
		{`{"where":["account","present"]}`, ""},
	} {
		page, err := eve.query("deal", c.query)
		if err != nil {
			t.Fatal(err)
		}
		if got := names(t, page.Items); got != c.want {
			t.Errorf("%s: %s", c.query, got)
		}
		for _, item := range page.Items {
			rec := decode[map[string]any](t, string(item))
			if _, seen := rec["amount"]; seen != (rec["name"] == "eve's") {
				t.Errorf("%s: %s", c.query, item)
			}
		}
	}
	paged := ""
	cursor := ""
	for {
		page, err := eve.query("deal", `{"sort":["-amount"],"limit":1,"cursor":"`+cursor+`"}`)
		if err != nil {
			t.Fatal(err)
		}
		paged += names(t, page.Items) + " "
		if cursor = page.Cursor; cursor == "" {
			break
		}
	}
	if paged != "eve's 阿里采购 陈氏第10期 陈氏第2期 Acme 王府井 " {
		t.Errorf("pages by a partly hidden field: %s", paged)
	}
	rows, err := eve.aggregate("deal", `{"metrics":{"sum":["sum","amount"],"n":["count"]}}`)
	if err != nil || rows != `{"n":6,"sum":"7"}` {
		t.Errorf("%s, %v", rows, err)
	}
}

// S-03: a search, a group or a count does not tell what stands in a field on
// rows where the reader may not read it.
func TestHiddenTextIsNotFound(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	kim := s.join("kim", "sales", "porter") // reads names of his own deals only
	s.must(s.as("admin").create("deal", `{"name":"陈氏第9期","owner":"`+kim.id()+`"}`))
	for query, want := range map[string]string{
		`{"search":"陈氏"}`:                          "陈氏第9期",
		`{"search":"陈"}`:                           "陈氏第9期",
		`{"search":"acme"}`:                        "",
		`{"where":["name","starts","陈"]}`:          "陈氏第9期",
		`{"where":{"not":["name","empty"]}}`:       "陈氏第9期",
		`{"sort":["-name"],"limit":1}`:             "陈氏第9期",
		`{"search":"陈氏","where":["id","present"]}`: "陈氏第9期",
	} {
		page, err := kim.query("deal", query)
		if err != nil {
			t.Fatal(err)
		}
		if got := names(t, page.Items); got != want {
			t.Errorf("%s found %q", query, got)
		}
	}
	rows, err := kim.aggregate("deal", `{"groupBy":["name"],"metrics":{"n":["count"]}}`)
	if err != nil || rows != `{"name":"陈氏第9期","n":1} {"n":5}` {
		t.Errorf("%s, %v", rows, err)
	}
}
