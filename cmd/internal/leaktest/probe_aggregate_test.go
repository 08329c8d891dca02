package leaktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// numberOf reads a number of the oracle or of an answer, whatever its form.
func numberOf(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case string:
		n, _ := strconv.ParseFloat(v, 64)
		return n
	}
	return 0
}

// probeAggregate groups by each field and sums each number; hidden rows and
// cells must not count.
func probeAggregate(tr *tester) {
	if !tr.reads("matter") {
		return
	}
	rows := tr.visible(tr.user, "matter")
	sums := []string{}
	for _, key := range []string{"amount", "worth", "fee", "line_sum"} {
		if tr.readsSomewhere(tr.user, "matter", key) {
			sums = append(sums, key)
		}
	}
	tr.compareTotals("all", []any{}, sums, rows, func(*row) string { return "" })
	for _, key := range tr.readable("matter") {
		if slices.Contains([]string{"tags", "file", "lines", "seen"}, key) {
			continue
		}
		tr.compareTotals(key, []any{key}, sums, rows, func(r *row) string { return fmt.Sprint(tr.groupOf(r, key)) })
	}
	if slices.Contains(tr.readable("matter"), "account") {
		for _, far := range tr.readable("account") {
			tr.compareTotals("account."+far, []any{"account." + far}, sums, rows, func(r *row) string {
				to := tr.byID[asText(tr.shown(tr.user, r, "account"))]
				if to == nil {
					return fmt.Sprint(nil)
				}
				return fmt.Sprint(tr.groupOf(to, far))
			})
		}
	}
}

func (tr *tester) groupOf(r *row, key string) any {
	v := tr.shown(tr.user, r, key)
	if n, ok := v.(float64); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return v
}

// compareTotals compares counts and sums, group by group.
func (tr *tester) compareTotals(name string, groups []any, sums []string, rows []*row, group func(*row) string) {
	metrics := object{"n": []string{"count"}}
	for _, key := range sums {
		metrics["sum_"+key], metrics["max_"+key], metrics["d_"+key] = []string{"sum", key}, []string{"max", key}, []string{"count_distinct", key}
	}
	want := map[string]float64{}
	for _, r := range rows {
		g := group(r)
		want[g+" n"]++
		for _, key := range sums {
			if v := tr.shown(tr.user, r, key); v != nil {
				want[g+" sum_"+key] += numberOf(v)
				want[g+" d_"+key]++
				want[g+" max_"+key] = max(want[g+" max_"+key], numberOf(v))
			}
		}
	}
	answer := tr.do("POST", "/records/matter/aggregate", object{"groupBy": groups, "metrics": metrics})
	var body struct{ Rows []object }
	if err := json.Unmarshal([]byte(answer.Body), &body); err != nil || answer.Status != http.StatusOK {
		tr.find("aggregate by %s: %d %s", name, answer.Status, answer.Body)
		return
	}
	for _, r := range body.Rows {
		g := ""
		if len(groups) > 0 {
			g = fmt.Sprint(r[groups[0].(string)])
			if n, ok := r[groups[0].(string)].(float64); ok {
				g = strconv.FormatFloat(n, 'f', -1, 64)
			}
		}
		for m := range metrics {
			if numberOf(r[m]) != want[g+" "+m] {
				tr.find("aggregate by %s: %s of %q is %v, want %v", name, m, g, r[m], want[g+" "+m])
			}
			delete(want, g+" "+m)
		}
	}
	for k, n := range want {
		if n != 0 {
			tr.find("aggregate by %s: %s is missing (%v)", name, k, n)
		}
	}
}

// probeBoard counts and sums columns.
func probeBoard(tr *tester) {
	for _, by := range []string{"level", "stage"} {
		if !tr.readsSomewhere(tr.user, "matter", by) {
			continue
		}
		sums := []string{}
		if tr.readsSomewhere(tr.user, "matter", "worth") {
			sums = append(sums, "worth")
		}
		answer := tr.do("POST", "/records/matter/board", object{"by": by, "sums": sums, "limit": 2, "sort": []string{"-subject"}[:tr.one("subject")]})
		var board struct {
			Columns []struct {
				Key   string
				Count int
				Sums  object
			}
		}
		if err := json.Unmarshal([]byte(answer.Body), &board); err != nil || answer.Status != http.StatusOK {
			tr.find("board by %s: %d %s", by, answer.Status, answer.Body)
		}
		for _, c := range board.Columns {
			n, sum := 0, 0.0
			for _, r := range tr.visible(tr.user, "matter") {
				if asText(tr.shown(tr.user, r, by)) == c.Key {
					n++
					sum += numberOf(tr.shown(tr.user, r, "worth"))
				}
			}
			if c.Count != n || len(sums) > 0 && numberOf(c.Sums["worth"]) != sum {
				tr.find("board by %s: column %q has %d and %v, want %d and %v", by, c.Key, c.Count, c.Sums, n, sum)
			}
		}
	}
}

func (tr *tester) one(key string) int {
	if tr.readsSomewhere(tr.user, "matter", key) {
		return 1
	}
	return 0
}

// probeBoardFields asks for fields and references of the records of a board, and for
// those that the user does not read.
func probeBoardFields(tr *tester) {
	by := "level"
	if !tr.readsSomewhere(tr.user, "matter", by) {
		return
	}
	var expand []string
	for _, key := range []string{"account", "peer", "owner"} {
		if tr.readsSomewhere(tr.user, "matter", key) {
			expand = append(expand, key)
		} else if got := tr.do("POST", "/records/matter/board", object{"by": by, "expand": []string{key}}); got.Status != http.StatusUnprocessableEntity {
			tr.find("board with %s expanded: %d %s", key, got.Status, got.Body)
		}
	}
	for _, key := range fieldsOf["matter"] {
		if tr.readsSomewhere(tr.user, "matter", key) {
			continue
		}
		if got := tr.do("POST", "/records/matter/board", object{"by": by, "fields": []string{key}}); got.Status != http.StatusUnprocessableEntity {
			tr.find("board with the field %s: %d %s", key, got.Status, got.Body)
		}
	}
	answer := tr.do("POST", "/records/matter/board", object{"by": by, "limit": 1000, "fields": tr.readable("matter"), "expand": expand})
	var board struct {
		Columns []struct{ Items []json.RawMessage }
	}
	if err := json.Unmarshal([]byte(answer.Body), &board); err != nil || answer.Status != http.StatusOK {
		tr.find("board with fields: %d %s", answer.Status, answer.Body)
		return
	}
	items := []json.RawMessage{}
	for _, c := range board.Columns {
		items = append(items, c.Items...)
	}
	slices.SortFunc(items, func(a, b json.RawMessage) int { return bytes.Compare(a, b) }) // they begin with their ids
	flat, err := json.Marshal(object{"items": items})
	if err != nil {
		tr.find("board with fields: %v", err)
		return
	}
	answer.Body = string(flat)
	tr.wantIDs("board with fields", answer, idsOf(tr.visible(tr.user, "matter")))
}
