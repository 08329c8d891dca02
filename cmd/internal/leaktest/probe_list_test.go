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

// entities, those that others refer to last.
var entities = []string{"matter", "account", "team", "line"}

// plain tells whether "=" can compare with a value of this type.
func plain(v any) bool {
	switch v.(type) {
	case string, float64:
		return true
	}
	return false
}

// reads tells whether the user may read some rows of an entity.
func (tr *tester) reads(entity string) bool { return tr.hasGrant(entity, "read") }

func (tr *tester) hasGrant(entity, op string) bool {
	return slices.ContainsFunc(tr.roles[tr.role], func(g grant) bool {
		return g.Entity == entity && slices.Contains(g.Operations, op) && len(g.Scopes) > 0
	})
}

func (tr *tester) query(entity string, body object) *apptest.Answer {
	return tr.do("POST", "/records/"+entity+"/query", body)
}

// wantIDs compares the rows of an answer, and its count, with the oracle's.
func (tr *tester) wantIDs(asked string, answer *apptest.Answer, want []string) {
	got := ids(answer)
	if answer.Status != http.StatusOK || !slices.Equal(got, want) {
		tr.find("%s: %d with rows %v, want %v", asked, answer.Status, got, want)
	}
	var page struct{ Count *int }
	_ = json.Unmarshal([]byte(answer.Body), &page) // the status was checked
	if page.Count != nil && *page.Count != len(want) {
		tr.find("%s: counts %d rows, want %d", asked, *page.Count, len(want))
	}
}

// probeList reads everything at once, with the count, and page by page.
func probeList(tr *tester) {
	for _, entity := range entities {
		if !tr.reads(entity) {
			if got := tr.query(entity, object{}); got.Status != http.StatusForbidden {
				tr.find("query of %s without a right: %d", entity, got.Status)
			}
			continue
		}
		want := idsOf(tr.visible(tr.user, entity))
		tr.wantIDs("query "+entity, tr.query(entity, object{"limit": 1000, "count": "exact"}), want)
		tr.wantIDs("capped count of "+entity, tr.query(entity, object{"limit": 1000, "count": "capped"}), want)
		var expand []string
		for _, key := range []string{"account", "peer", "owner", "team", "matter"} {
			if slices.Contains(fieldsOf[entity], key) && tr.readsSomewhere(tr.user, entity, key) {
				expand = append(expand, key)
			}
		}
		tr.wantIDs("expand of "+entity, tr.query(entity, object{"limit": 1000, "expand": expand}), want)
		if entity != "line" { // child rows are answered as a whole
			tr.wantIDs("fields of "+entity, tr.query(entity, object{"limit": 1000, "fields": tr.readable(entity)}), want)
		}
		tr.pages(entity, want)
	}
}

func (tr *tester) readable(entity string) []string {
	list := []string{}
	for _, key := range fieldsOf[entity] {
		if tr.readsSomewhere(tr.user, entity, key) {
			list = append(list, key)
		}
	}
	return list
}

// pages follows the cursors; then another user continues with one.
func (tr *tester) pages(entity string, want []string) {
	var got []string
	body := object{"limit": 3, "count": "exact"}
	for range len(want) + 1 {
		answer := tr.query(entity, body)
		got = append(got, ids(answer)...)
		body["cursor"] = answer.Text("cursor")
		if body["cursor"] == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		tr.find("pages of %s hold %v, want %v", entity, got, want)
	}
	foreign := tr.Do(tr.t, tr.Admin, "POST", "/records/"+entity+"/query", object{"limit": 2}).Text("cursor")
	if foreign != "" {
		tr.query(entity, object{"limit": 1000, "cursor": foreign})
	}
}

// probeFilter filters by each value of each cell: only visible cells match.
func probeFilter(tr *tester) {
	for _, entity := range []string{"matter", "account"} {
		if !tr.reads(entity) {
			continue
		}
		for _, key := range tr.readable(entity) {
			asked := map[any]bool{}
			for _, r := range tr.rows[entity] {
				if v := r.values[key]; plain(v) && !asked[v] && (len(asked) < 4 || !tr.sees(tr.user, r, key)) {
					asked[v] = true
					tr.filterBy(entity, key, v)
				}
			}
			tr.presence(entity, key)
		}
	}
}

func (tr *tester) filterBy(entity, key string, v any) {
	var want []string
	for _, r := range tr.visible(tr.user, entity) {
		if tr.shown(tr.user, r, key) == v {
			want = append(want, r.id)
		}
	}
	tr.wantIDs("where "+entity+"."+key, tr.query(entity, object{"where": []any{key, "=", v}, "limit": 1000, "count": "exact", "fields": []string{}}), want)
}

func (tr *tester) presence(entity, key string) {
	var want []string
	for _, r := range tr.visible(tr.user, entity) {
		if tr.shown(tr.user, r, key) != nil {
			want = append(want, r.id)
		}
	}
	if key != "lines" && key != "tags" && key != "file" {
		tr.wantIDs("present "+entity+"."+key, tr.query(entity, object{"where": []any{key, "present"}, "limit": 1000, "fields": []string{}}), want)
	}
}

// probeSort sorts by each field: hidden cells come last, by id.
func probeSort(tr *tester) {
	for _, key := range tr.readable("matter") {
		if !slices.Contains([]string{"subject", "serial", "worth", "due", "seen", "fee", "line_sum", "level", "amount"}, key) {
			continue
		}
		rows := tr.visible(tr.user, "matter")
		slices.SortStableFunc(rows, func(x, y *row) int {
			v, fx := tr.shown(tr.user, x, key), tr.shown(tr.user, y, key)
			if v == nil || fx == nil {
				return cmp.Compare(order(v), order(fx))
			}
			if n, ok := v.(float64); ok {
				return cmp.Compare(n, fx.(float64))
			}
			return strings.Compare(asText(v), asText(fx))
		})
		tr.wantIDs("sort by "+key, tr.query("matter", object{"sort": []string{key}, "limit": 1000, "fields": []string{}}), idsOf(rows))
		tr.query("matter", object{"sort": []string{"-" + key}, "limit": 2}) // for its cursor
		tr.query("matter", object{"sort": []string{key}, "limit": len(rows)/2 + 1})
	}
}

func order(v any) int {
	if v == nil {
		return 1
	}
	return 0
}

// probeSearch searches for each word of each searchable cell.
func probeSearch(tr *tester) {
	for _, entity := range []string{"matter", "account", "line"} {
		if !tr.reads(entity) {
			continue
		}
		for _, key := range searchable[entity] {
			for _, r := range tr.rows[entity] {
				word := asText(r.values[key])
				want := []string{}
				if !r.deleted && tr.sees(tr.user, r, key) {
					want = append(want, r.id)
				}
				tr.wantIDs("search in "+entity+"."+key, tr.query(entity, object{"search": word, "count": "exact", "fields": []string{}}), want)
				tr.searchCounts(entity, word, len(want))
			}
		}
	}
}

// searchCounts compares what aggregate and board count for a word.
func (tr *tester) searchCounts(entity, word string, want int) {
	var rows struct{ Rows []struct{ N int } }
	answer := tr.do("POST", "/records/"+entity+"/aggregate", object{"search": word, "metrics": object{"n": []string{"count"}}})
	if err := json.Unmarshal([]byte(answer.Body), &rows); err != nil || len(rows.Rows) != 1 || rows.Rows[0].N != want {
		tr.find("count of what a search in %s finds: %s, want %d", entity, answer.Body, want)
	}
	if entity != "matter" || !tr.readsSomewhere(tr.user, entity, "level") {
		return
	}
	var board struct{ Columns []struct{ Count int } }
	n := 0
	answer = tr.do("POST", "/records/"+entity+"/board", object{"by": "level", "search": word})
	err := json.Unmarshal([]byte(answer.Body), &board)
	for _, c := range board.Columns {
		n += c.Count
	}
	if err != nil || n != want {
		tr.find("board of what a search finds: %s, want %d", answer.Body, want)
	}
}

// probePath filters across a reference: account.secret (S-04).
func probePath(tr *tester) {
	for _, key := range tr.readable("matter") {
		if key != "account" {
			continue
		}
		for _, far := range tr.readable("account") {
			for _, to := range tr.rows["account"] {
				if v := to.values[far]; plain(v) {
					tr.path(far, to, v)
				}
			}
		}
	}
}

func (tr *tester) path(far string, to *row, v any) {
	var want []string
	for _, r := range tr.visible(tr.user, "matter") {
		if account := tr.byID[asText(tr.shown(tr.user, r, "account"))]; account != nil && tr.shown(tr.user, account, far) == v {
			want = append(want, r.id)
		}
	}
	tr.wantIDs("where account."+far, tr.query("matter", object{"where": []any{"account." + far, "=", v}, "limit": 1000, "fields": []string{}}), want)
}
