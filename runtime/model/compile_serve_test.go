package model_test

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"testing"

	"weft/runtime/model"
	"weft/runtime/problem"
)

// order is an entity with an owner, stages and the indexes named.
func order(indexes ...string) string {
	written := ""
	if len(indexes) > 0 {
		written = `,"x-indexes":[` + strings.Join(indexes, ",") + `]`
	}
	return `{"kind":"entity","key":"order","type":"object","x-title":` + title + `,"x-owner-field":"owner","properties":{` +
		property("name", "text", `,"x-sortable":true`) + "," + property("number", "integer", `,"x-unique":true`) + "," +
		property("stage", "choice", `,"x-choices":[{"key":"new","title":`+title+`},{"key":"won","title":`+title+`}]`) + "," +
		property("owner", "user", "") + "," + property("amount", "currency", `,"x-currency":"CNY"`) + "," + property("close", "date", "") + "," +
		property("city", "text", "") + "," + property("tags", "tags", "") + "}" + written + "}"
}

func orderView(rest string) string {
	return `{"kind":"view","key":"v","title":` + title + `,"entity":"order",` + rest + `}`
}

func orderWidget(rest string) string {
	return `{"kind":"dashboard","key":"d","title":` + title + `,"widgets":[{"key":"w","title":` + title + `,"type":"bar","metrics":{"n":["count"]},` + rest + `}]}`
}

func orderRole(key, scopes string) string {
	return `{"kind":"role","key":"` + key + `","title":` + title + `,"grants":[{"entity":"order","operations":["read"],"scopes":[` + scopes + `],"read":{"all":true}}]}`
}

// warnings are path, text and index of each.
func warnings(t *testing.T, m *model.Model) (list []string) {
	t.Helper()
	for _, w := range m.Warnings {
		for _, lang := range []string{"zh-CN", "en"} {
			if text := w.Message(lang); text == w.Code || unfilled.MatchString(text) {
				t.Errorf("text of %s in %s: %q", w.Text, lang, text)
			}
		}
		line := w.Path + " " + w.Text
		for _, name := range []string{"role", "index"} {
			if v, ok := w.Params[name]; ok {
				line += " " + v.(string)
			}
		}
		list = append(list, line)
	}
	return list
}

func TestCompileWarnsOfWhatNoIndexServes(t *testing.T) {
	t.Parallel()
	const amounts, stages, closes = `{"fields":["-amount"]}`, `{"fields":["stage","-amount"]}`, `{"fields":["-close"]}`
	for _, c := range []struct {
		name string
		docs []string
		want []string
	}{
		{"by id", []string{order(), orderView(`"type":"list"`)}, nil},
		{"an order", []string{order(), orderView(`"type":"list","sort":["-amount"]`)}, []string{"/view/v unserved " + amounts}},
		{"its index", []string{order(amounts), orderView(`"type":"list","sort":["-amount"]`)}, nil},
		{"the other direction", []string{order(amounts), orderView(`"type":"list","sort":["amount"]`)}, []string{`/view/v unserved_mongodb {"fields":["amount"]}`}},
		{"both directions", []string{order(amounts, `{"fields":["amount"]}`), orderView(`"type":"list","sort":["amount"]`)}, nil},
		{"sortable text", []string{order(), orderView(`"type":"list","sort":["name"]`)}, nil},
		{"a unique number has no order to walk", []string{order(), orderView(`"type":"list","sort":["number"]`)}, []string{`/view/v unserved {"fields":["number"]}`}},
		{"and its index", []string{order(`{"fields":["number"]}`), orderView(`"type":"list","sort":["number"]`)}, nil},
		{"equality without index", []string{order(amounts), orderView(`"type":"list","sort":["-amount"],"where":["stage","=","won"]`)}, []string{"/view/v unserved " + stages}},
		{"order ends in the id downwards", []string{order(amounts), orderView(`"type":"list","sort":["-amount","-id"]`)}, []string{"/view/v unserved_order"}},
		{"a board", []string{order(), orderView(`"type":"board","by":"stage","sort":["-amount"]`)}, []string{"/view/v unserved " + stages}},
		{"a board of some", []string{order(`{"fields":["stage","-amount"]}`), orderView(`"type":"board","by":"stage","sort":["-amount"],"where":["close",">=","2026-01-01"]`)},
			[]string{`/view/v unserved_aggregate {"fields":["close"]}`}},
		{"own rows", []string{order(closes), orderView(`"type":"list","sort":["-close"]`), orderRole("seller", `{"type":"own"}`)},
			[]string{`/view/v unserved_role seller {"fields":["owner","-close"]}`}},
		{"own rows once", []string{order(closes), orderView(`"type":"list","sort":["-close"]`), orderRole("seller", `{"type":"own"}`), orderRole("agent", `{"type":"own"}`)},
			[]string{`/view/v unserved_role seller {"fields":["owner","-close"]}`}},
		{"own rows of a list that others see", []string{order(closes), orderView(`"type":"list","sort":["-close"],"roles":["boss"]`), orderRole("seller", `{"type":"own"}`), orderRole("boss", `{"type":"all"}`)}, nil},
		{"rows of several owners are compared on the way", []string{order(closes), orderView(`"type":"list","sort":["-close"]`), orderRole("boss", `{"type":"own"},{"type":"subordinates"}`)}, nil},
		{"a filter scope", []string{order(closes), orderView(`"type":"list","sort":["-close"]`), orderRole("seller", `{"type":"filter","where":["city","=","上海"]}`)},
			[]string{`/view/v unserved_role seller {"fields":["city","-close"]}`}},
		{"no rows at all", []string{order(closes), orderView(`"type":"list","sort":["-close"]`), orderRole("guest", ``)}, nil},
		{"figures of all", []string{order(), orderWidget(`"entity":"order","groupBy":["stage"]`)}, nil},
		{"figures of some", []string{order(), orderWidget(`"entity":"order","where":{"all":[["tags","=","a"],["stage","=","won"]]}`)}, []string{`/dashboard/d/widgets/0 unserved_aggregate {"fields":["stage"]}`}},
		{"figures of some owners", []string{order(), orderWidget(`"entity":"order"`), orderRole("boss", `{"type":"department"}`)}, nil},
		{"figures of some for a role", []string{order(), orderWidget(`"entity":"order"`), orderRole("east", `{"type":"filter","where":["city","=","上海"]}`)},
			[]string{`/dashboard/d/widgets/0 unserved_aggregate_role east {"fields":["city"]}`}},
		{"a built-in entity", []string{order(), strings.Replace(orderView(`"type":"list","sort":["-created_at"]`), `"entity":"order"`, `"entity":"user"`, 1)}, []string{"/view/v unserved_built_in"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if have := warnings(t, compile(t, c.docs...)); !slices.Equal(have, c.want) {
				t.Errorf("\n have %q\n want %q", have, c.want)
			}
		})
	}
}

var indexParam = regexp.MustCompile(`\{"fields":.*\}$`)

// TestHelpfulIndexesHelp does what the warnings of random views and boards say
// and compiles again: nothing is left.
func TestHelpfulIndexesHelp(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewSource(3))
	pick := func(list ...string) string { return list[r.Intn(len(list))] }
	warned := 0
	for range 300 {
		var conditions []string
		for range r.Intn(3) {
			conditions = append(conditions, pick(`["stage","=","won"]`, `["owner","=",{"me":true}]`, `["stage","in",["new","won"]]`, `["amount",">",5]`,
				`["close","between",["2026-01-01",{"now":"-7d"}]]`, `["tags","=","x"]`, `["city","=","上海"]`, `["name","contains","a"]`, `{"not":["stage","=","won"]}`))
		}
		where := `{"all":[` + strings.Join(conditions, ",") + `]}`
		var sort []string
		for _, i := range r.Perm(6)[:r.Intn(4)] {
			sort = append(sort, pick("", "-")+[]string{"name", "amount", "close", "city", "stage", "created_at"}[i])
		}
		terms, _ := json.Marshal(sort)
		docs := []string{
			orderView(fmt.Sprintf(`"type":"list","where":%s,"sort":%s`, where, terms)),
			strings.Replace(orderView(fmt.Sprintf(`"type":"board","by":"stage","where":%s,"sort":%s`, where, terms)), `"v"`, `"b"`, 1),
			orderWidget(`"entity":"order","where":` + where), orderRole("own", `{"type":"own"}`), orderRole("some", `{"type":"filter","where":["city","=","上海"]},{"type":"subordinates"}`),
		}
		if sort == nil {
			docs[0] = orderView(`"type":"list","where":` + where)
			docs[1] = strings.Replace(orderView(`"type":"board","by":"stage","where":`+where), `"v"`, `"b"`, 1)
		}
		var indexes []string
		for _, w := range warnings(t, compile(t, append(docs, order())...)) {
			if x := indexParam.FindString(w); !slices.Contains(indexes, x) {
				indexes = append(indexes, x)
			}
		}
		if len(indexes) == 0 {
			continue
		}
		warned++
		m, problems := model.Compile(decode(t, append(docs, order(indexes...))...), 1)
		if len(problems) > 0 {
			t.Fatal(problem.Of(problem.Invalid, problems...))
		}
		if left := warnings(t, m); len(left) > 0 {
			t.Errorf("with %s: %q\n%s", indexes, left, docs[:3])
		}
	}
	if warned < 100 {
		t.Errorf("only %d of 300 sets had warnings", warned)
	}
}

// TestIndexesOfDirectionsHaveNames: stores find an index by its name.
func TestIndexesOfDirectionsHaveNames(t *testing.T) {
	t.Parallel()
	m := compile(t, order(`{"fields":["-amount"]}`, `{"fields":["amount"]}`, `{"fields":["number"]}`))
	var names []string
	for _, i := range m.Entities["order"].Indexes() {
		names = append(names, i.Name)
	}
	if want := []string{"unique_number", "sort_name", "by_owner", "x_amount", "x_amount_2", "x_number"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	if m.Warnings != nil {
		t.Errorf("warnings of nothing: %v", m.Warnings)
	}
}
