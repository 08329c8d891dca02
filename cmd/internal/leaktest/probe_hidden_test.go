package leaktest

import (
	"fmt"
	"slices"
	"strings"

	"weft/cmd/internal/apptest"
)

// noField is a field that no entity has.
const noField = "no_such_field"

// fieldQueries are the queries that can name a field, by route, with the field's
// name at %s. Operators and functions are those that all types have, so that a
// refused operator does not tell the type of a hidden field.
var fieldQueries = map[string][]string{
	"query": {
		`{"where":["%s","=","x"]}`, `{"where":["%s","=",1]}`, `{"where":["%s","<",5]}`, `{"where":["%s","contains","zq"]}`, `{"where":["%s","between",[1,2]]}`,
		`{"where":["%s","in",["a"]]}`, `{"where":["%s","empty"]}`, `{"where":{"not":["%s","present"]}}`, `{"where":{"any":[["%s","=",null],["nothing","=",1]]}}`,
		`{"where":["%s.other","=","x"]}`, `{"sort":["%s"]}`, `{"sort":["-%s","nothing"]}`, `{"fields":["%s"]}`, `{"expand":["%s"]}`, `{"where":["%s"]}`, `{"where":["%s","like","x"]}`,
	},
	"aggregate": {
		`{"groupBy":["%s"],"metrics":{"n":["count"]}}`, `{"groupBy":["%s.other"],"metrics":{"n":["count"]}}`,
		`{"groupBy":[{"field":"%s","by":"month"}],"metrics":{"n":["count"]}}`, `{"metrics":{"n":["sum","%s"]}}`, `{"metrics":{"n":["max","%s"]}}`,
		`{"metrics":{"n":["count_distinct","%s"]}}`, `{"metrics":{"n":["avg","%s"],"m":["sum","nothing"]}}`, `{"where":["%s","=","x"],"metrics":{"n":["count"]}}`,
	},
	"board":  {`{"by":"%s"}`, `{"by":"level","sums":["%s"]}`, `{"by":"level","where":["%s",">",3]}`, `{"by":"level","sort":["%s"]}`},
	"export": {`{"where":["%s","=","x"]}`, `{"sort":["%s"]}`, `{"fields":["%s"]}`},
	"bulk":   {`{"op":"delete","where":["%s","=","x"]}`, `{"op":"update","where":["%s","starts","zq"],"values":{}}`},
}

// probeHidden compares a field that the user may nowhere read with one that does
// not exist, wherever a field can be named: answers must be the same (S-03).
func probeHidden(route string) func(*tester) {
	return func(tr *tester) {
		for _, entity := range []string{"matter", "account"} {
			if !tr.reads(entity) {
				continue
			}
			for _, key := range fieldsOf[entity] {
				if !tr.readsSomewhere(tr.user, entity, key) {
					tr.hiddenField(route, entity, key)
				}
			}
		}
		if route == "query" || route == "aggregate" {
			tr.hiddenAcrossReference(route)
		}
	}
}

func (tr *tester) hiddenField(route, entity, key string) {
	for _, form := range fieldQueries[route] {
		if strings.Contains(form, `"`+key+`"`) {
			continue // the query names it already
		}
		path := "/records/" + entity + "/" + route
		got := tr.do("POST", path, fmt.Sprintf(form, key))
		want := tr.cachedMissing(path, fmt.Sprintf(form, noField))
		tr.checkSameAnswer(route+" "+entity+" "+fmt.Sprintf(form, key), got, key, want, noField)
		if got.Status == 200 {
			tr.find("%s %s %s is answered", route, entity, fmt.Sprintf(form, key))
		}
	}
}

// cachedMissing sends a query about something that does not exist, once.
func (tr *tester) cachedMissing(path, body string) *apptest.Answer {
	if tr.missing[path+body] == nil {
		tr.missing[path+body] = tr.do("POST", path, body)
	}
	return tr.missing[path+body]
}

// hiddenAcrossReference names hidden fields across a reference, in other spellings too.
func (tr *tester) hiddenAcrossReference(route string) {
	if !slices.Contains(tr.readable("matter"), "account") {
		return
	}
	for _, key := range fieldsOf["account"] {
		if tr.readsSomewhere(tr.user, "account", key) {
			continue
		}
		for _, form := range fieldQueries[route] {
			if strings.Contains(form, "%s.") || strings.Contains(form, "expand") {
				continue
			}
			path := "/records/matter/" + route
			got := tr.do("POST", path, fmt.Sprintf(form, "account."+key))
			want := tr.cachedMissing(path, fmt.Sprintf(form, "account."+noField))
			tr.checkSameAnswer(route+" "+fmt.Sprintf(form, "account."+key), got, key, want, noField)
		}
		for _, odd := range []string{"$" + key, strings.ToUpper(key), key + ".x", "account.team." + key, "data." + key, key + "[0]", " " + key} {
			if got := tr.query("account", object{"where": []any{odd, "=", "x"}}); got.Status == 200 {
				tr.find("the field %q is answered", odd)
			}
		}
	}
}

// probeBisect asks 200 times whether a hidden number is above a bound: all
// answers must be the same (S-03).
func probeBisect(tr *tester) {
	if !tr.reads("matter") || tr.readsSomewhere(tr.user, "matter", "worth") {
		return
	}
	low, high := 770_000_000.0, 770_010_000.0
	first := ""
	for range 200 {
		middle := (low + high) / 2
		body := tr.query("matter", object{"where": []any{"worth", ">", middle}, "count": "exact"}).Body
		if first == "" {
			first = body
		}
		if body != first {
			tr.find("an answer about a hidden number differs: %s", body)
			return
		}
		low, high = low+1, high-1
	}
}
