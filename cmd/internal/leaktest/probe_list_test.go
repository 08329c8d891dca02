package leaktest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"weft/cmd/internal/apptest"
)

type object = map[string]any

// entities in the order of what refers to what.
var entities = []string{"matter", "account", "team", "line"}

// plain are the kinds that a filter compares with "=".
func plain(v any) bool {
	switch v.(type) {
	case string, float64:
		return true
	}
	return false
}

// reads tells whether the person may read an entity at all.
func (a *agent) reads(entity string) bool { return a.hasGrant(entity, "read") }

func (a *agent) hasGrant(entity, op string) bool {
	return slices.ContainsFunc(a.roles[a.role], func(g grant) bool {
		return g.Entity == entity && slices.Contains(g.Operations, op) && len(g.Scopes) > 0
	})
}

func (a *agent) query(entity string, body object) *apptest.Answer {
	return a.do("POST", "/records/"+entity+"/query", body)
}

// wantIDs compares the rows of an answer, and its count, with the oracle's.
func (a *agent) wantIDs(asked string, answer *apptest.Answer, want []string) {
	got := ids(answer)
	if answer.Status != http.StatusOK || !slices.Equal(got, want) {
		a.find("%s: %d with rows %v, want %v", asked, answer.Status, got, want)
	}
	var page struct{ Count *int }
	_ = json.Unmarshal([]byte(answer.Body), &page) // the status was looked at
	if page.Count != nil && *page.Count != len(want) {
		a.find("%s: counts %d rows, want %d", asked, *page.Count, len(want))
	}
}

// probeList asks for everything at once, and for the total, page by page.
func probeList(a *agent) {
	for _, entity := range entities {
		if !a.reads(entity) {
			if got := a.query(entity, object{}); got.Status != http.StatusForbidden {
				a.find("query of %s without a right: %d", entity, got.Status)
			}
			continue
		}
		want := idsOf(a.visible(a.person, entity))
		a.wantIDs("query "+entity, a.query(entity, object{"limit": 1000, "count": "exact"}), want)
		a.wantIDs("capped count of "+entity, a.query(entity, object{"limit": 1000, "count": "capped"}), want)
		var expand []string
		for _, key := range []string{"account", "peer", "owner", "team", "matter"} {
			if slices.Contains(fieldsOf[entity], key) && a.knows(a.person, entity, key) {
				expand = append(expand, key)
			}
		}
		a.wantIDs("expand of "+entity, a.query(entity, object{"limit": 1000, "expand": expand}), want)
		if entity != "line" { // a set of rows is given whole
			a.wantIDs("fields of "+entity, a.query(entity, object{"limit": 1000, "fields": a.readable(entity)}), want)
		}
		a.pages(entity, want)
	}
}

func (a *agent) readable(entity string) []string {
	list := []string{}
	for _, key := range fieldsOf[entity] {
		if a.knows(a.person, entity, key) {
			list = append(list, key)
		}
	}
	return list
}

// pages follows the cursors; then somebody else goes on with one.
func (a *agent) pages(entity string, want []string) {
	var got []string
	body := object{"limit": 3, "count": "exact"}
	for range len(want) + 1 {
		answer := a.query(entity, body)
		got = append(got, ids(answer)...)
		body["cursor"] = answer.Text("cursor")
		if body["cursor"] == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		a.find("pages of %s hold %v, want %v", entity, got, want)
	}
	foreign := a.Do(a.t, a.Admin, "POST", "/records/"+entity+"/query", object{"limit": 2}).Text("cursor")
	if foreign != "" {
		a.query(entity, object{"limit": 1000, "cursor": foreign})
	}
}

// probeFilter asks for each value of each cell: only cells that are seen match.
func probeFilter(a *agent) {
	for _, entity := range []string{"matter", "account"} {
		if !a.reads(entity) {
			continue
		}
		for _, key := range a.readable(entity) {
			asked := map[any]bool{}
			for _, r := range a.rows[entity] {
				if v := r.values[key]; plain(v) && !asked[v] && (len(asked) < 4 || !a.sees(a.person, r, key)) {
					asked[v] = true
					a.filterBy(entity, key, v)
				}
			}
			a.presence(entity, key)
		}
	}
}

func (a *agent) filterBy(entity, key string, v any) {
	var want []string
	for _, r := range a.visible(a.person, entity) {
		if a.shown(a.person, r, key) == v {
			want = append(want, r.id)
		}
	}
	a.wantIDs("where "+entity+"."+key, a.query(entity, object{"where": []any{key, "=", v}, "limit": 1000, "count": "exact", "fields": []string{}}), want)
}

func (a *agent) presence(entity, key string) {
	var want []string
	for _, r := range a.visible(a.person, entity) {
		if a.shown(a.person, r, key) != nil {
			want = append(want, r.id)
		}
	}
	if key != "lines" && key != "tags" && key != "file" {
		a.wantIDs("present "+entity+"."+key, a.query(entity, object{"where": []any{key, "present"}, "limit": 1000, "fields": []string{}}), want)
	}
}

// probeSort orders by each field: cells that are not seen stand last, by id.
func probeSort(a *agent) {
	for _, key := range a.readable("matter") {
		if !slices.Contains([]string{"subject", "serial", "score", "due", "seen", "fee", "line_sum", "level", "amount"}, key) {
			continue
		}
		rows := a.visible(a.person, "matter")
		slices.SortStableFunc(rows, func(x, y *row) int {
			v, w := a.shown(a.person, x, key), a.shown(a.person, y, key)
			if v == nil || w == nil {
				return cmp.Compare(order(v), order(w))
			}
			if n, ok := v.(float64); ok {
				return cmp.Compare(n, w.(float64))
			}
			return strings.Compare(asText(v), asText(w))
		})
		a.wantIDs("sort by "+key, a.query("matter", object{"sort": []string{key}, "limit": 1000, "fields": []string{}}), idsOf(rows))
		a.query("matter", object{"sort": []string{"-" + key}, "limit": 2}) // for its cursor
		a.query("matter", object{"sort": []string{key}, "limit": len(rows)/2 + 1})
	}
}

func order(v any) int {
	if v == nil {
		return 1
	}
	return 0
}

// probeSearch looks for each word of each searchable cell.
func probeSearch(a *agent) {
	for _, entity := range []string{"matter", "account", "line"} {
		if !a.reads(entity) {
			continue
		}
		for _, key := range searchable[entity] {
			for _, r := range a.rows[entity] {
				word := asText(r.values[key])
				want := []string{}
				if !r.deleted && a.sees(a.person, r, key) {
					want = append(want, r.id)
				}
				a.wantIDs("search in "+entity+"."+key, a.query(entity, object{"search": word, "count": "exact", "fields": []string{}}), want)
				a.searchFigures(entity, word, len(want))
			}
		}
	}
}

// searchFigures counts what a word finds, by aggregate and board.
func (a *agent) searchFigures(entity, word string, want int) {
	var rows struct{ Rows []struct{ N int } }
	answer := a.do("POST", "/records/"+entity+"/aggregate", object{"search": word, "metrics": object{"n": []string{"count"}}})
	if err := json.Unmarshal([]byte(answer.Body), &rows); err != nil || len(rows.Rows) != 1 || rows.Rows[0].N != want {
		a.find("count of what a search in %s finds: %s, want %d", entity, answer.Body, want)
	}
	if entity != "matter" || !a.knows(a.person, entity, "level") {
		return
	}
	var board struct{ Columns []struct{ Count int } }
	n := 0
	answer = a.do("POST", "/records/"+entity+"/board", object{"by": "level", "search": word})
	err := json.Unmarshal([]byte(answer.Body), &board)
	for _, c := range board.Columns {
		n += c.Count
	}
	if err != nil || n != want {
		a.find("board of what a search finds: %s, want %d", answer.Body, want)
	}
}

// probeThrough asks across a reference: account.secret (S-04).
func probeThrough(a *agent) {
	for _, key := range a.readable("matter") {
		if key != "account" {
			continue
		}
		for _, far := range a.readable("account") {
			for _, to := range a.rows["account"] {
				if v := to.values[far]; plain(v) {
					a.through(far, to, v)
				}
			}
		}
	}
}

func (a *agent) through(far string, to *row, v any) {
	var want []string
	for _, r := range a.visible(a.person, "matter") {
		if account := a.byID[asText(a.shown(a.person, r, "account"))]; account != nil && a.shown(a.person, account, far) == v {
			want = append(want, r.id)
		}
	}
	a.wantIDs("where account."+far, a.query("matter", object{"where": []any{"account." + far, "=", v}, "limit": 1000, "fields": []string{}}), want)
}
