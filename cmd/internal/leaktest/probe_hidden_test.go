package leaktest

import (
	"fmt"
	"slices"
	"strings"

	"weft/cmd/internal/apptest"
)

// noField stands in the place of a field that the person may nowhere read.
const noField = "no_such_field"

// asks are queries in which a field can stand, as bodies with the field's name
// at %s, by door. Operators and functions are those of every kind, so that a
// refusal of the operator does not tell what kind a hidden field is of.
var asks = map[string][]string{
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

// probeHidden holds a field that the person may nowhere read against one that
// there is not, wherever a field can be named (S-03).
func probeHidden(door string) func(*agent) {
	return func(a *agent) {
		for _, entity := range []string{"matter", "account"} {
			if !a.reads(entity) {
				continue
			}
			for _, key := range fieldsOf[entity] {
				if !a.knows(a.person, entity, key) {
					a.hiddenField(door, entity, key)
				}
			}
		}
		if door == "query" || door == "aggregate" {
			a.hiddenFar(door)
		}
	}
}

func (a *agent) hiddenField(door, entity, key string) {
	for _, form := range asks[door] {
		if strings.Contains(form, `"`+key+`"`) {
			continue // the form names it already
		}
		path := "/records/" + entity + "/" + door
		got := a.do("POST", path, fmt.Sprintf(form, key))
		want := a.once(path, fmt.Sprintf(form, noField))
		a.alike(door+" "+entity+" "+fmt.Sprintf(form, key), got, key, want, noField)
		if got.Status == 200 {
			a.find("%s %s %s is answered", door, entity, fmt.Sprintf(form, key))
		}
	}
}

// once asks for what there is not, and remembers the answer.
func (a *agent) once(path, body string) *apptest.Answer {
	if a.lost[path+body] == nil {
		a.lost[path+body] = a.do("POST", path, body)
	}
	return a.lost[path+body]
}

// hiddenFar asks for hidden fields behind a reference, in other spellings too.
func (a *agent) hiddenFar(door string) {
	if !slices.Contains(a.readable("matter"), "account") {
		return
	}
	for _, key := range fieldsOf["account"] {
		if a.knows(a.person, "account", key) {
			continue
		}
		for _, form := range asks[door] {
			if strings.Contains(form, "%s.") || strings.Contains(form, "expand") {
				continue
			}
			path := "/records/matter/" + door
			got := a.do("POST", path, fmt.Sprintf(form, "account."+key))
			want := a.once(path, fmt.Sprintf(form, "account."+noField))
			a.alike(door+" "+fmt.Sprintf(form, "account."+key), got, key, want, noField)
		}
		for _, odd := range []string{"$" + key, strings.ToUpper(key), key + ".x", "account.team." + key, "data." + key, key + "[0]", " " + key} {
			if got := a.query("account", object{"where": []any{odd, "=", "x"}}); got.Status == 200 {
				a.find("the field %q is answered", odd)
			}
		}
	}
}

// probeBisect asks 200 times whether a hidden number is above a bound: every
// answer must be the same (S-03).
func probeBisect(a *agent) {
	if !a.reads("matter") || a.knows(a.person, "matter", "score") {
		return
	}
	low, high := 770_000_000.0, 770_010_000.0
	first := ""
	for range 200 {
		middle := (low + high) / 2
		body := a.query("matter", object{"where": []any{"score", ">", middle}, "count": "exact"}).Body
		if first == "" {
			first = body
		}
		if body != first {
			a.find("an answer about a hidden number differs: %s", body)
			return
		}
		low, high = low+1, high-1
	}
}
