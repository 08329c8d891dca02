package leaktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// figure is a number of the oracle or of an answer, whatever its form.
func figure(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case string:
		n, _ := strconv.ParseFloat(v, 64)
		return n
	}
	return 0
}

// probeAggregate groups by each field and sums each figure; rows and cells that
// are not seen count nowhere.
func probeAggregate(a *agent) {
	if !a.reads("matter") {
		return
	}
	rows := a.visible(a.person, "matter")
	sums := []string{}
	for _, key := range []string{"amount", "score", "fee", "line_sum"} {
		if a.knows(a.person, "matter", key) {
			sums = append(sums, key)
		}
	}
	a.figures("all", []any{}, sums, rows, func(*row) string { return "" })
	for _, key := range a.readable("matter") {
		if slices.Contains([]string{"tags", "file", "lines", "seen"}, key) {
			continue
		}
		a.figures(key, []any{key}, sums, rows, func(r *row) string { return fmt.Sprint(a.groupOf(r, key)) })
	}
	if slices.Contains(a.readable("matter"), "account") {
		for _, far := range a.readable("account") {
			a.figures("account."+far, []any{"account." + far}, sums, rows, func(r *row) string {
				to := a.byID[asText(a.shown(a.person, r, "account"))]
				if to == nil {
					return fmt.Sprint(nil)
				}
				return fmt.Sprint(a.groupOf(to, far))
			})
		}
	}
}

func (a *agent) groupOf(r *row, key string) any {
	v := a.shown(a.person, r, key)
	if n, ok := v.(float64); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return v
}

// figures compares counts and sums, group by group.
func (a *agent) figures(name string, groups []any, sums []string, rows []*row, group func(*row) string) {
	metrics := object{"n": []string{"count"}}
	for _, key := range sums {
		metrics["sum_"+key], metrics["max_"+key], metrics["d_"+key] = []string{"sum", key}, []string{"max", key}, []string{"count_distinct", key}
	}
	want := map[string]float64{}
	for _, r := range rows {
		g := group(r)
		want[g+" n"]++
		for _, key := range sums {
			if v := a.shown(a.person, r, key); v != nil {
				want[g+" sum_"+key] += figure(v)
				want[g+" d_"+key]++
				want[g+" max_"+key] = max(want[g+" max_"+key], figure(v))
			}
		}
	}
	answer := a.do("POST", "/records/matter/aggregate", object{"groupBy": groups, "metrics": metrics})
	var body struct{ Rows []object }
	if err := json.Unmarshal([]byte(answer.Body), &body); err != nil || answer.Status != http.StatusOK {
		a.find("aggregate by %s: %d %s", name, answer.Status, answer.Body)
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
			if figure(r[m]) != want[g+" "+m] {
				a.find("aggregate by %s: %s of %q is %v, want %v", name, m, g, r[m], want[g+" "+m])
			}
			delete(want, g+" "+m)
		}
	}
	for k, n := range want {
		if n != 0 {
			a.find("aggregate by %s: %s is missing (%v)", name, k, n)
		}
	}
}

// probeBoard counts and sums columns.
func probeBoard(a *agent) {
	for _, by := range []string{"level", "stage"} {
		if !a.knows(a.person, "matter", by) {
			continue
		}
		sums := []string{}
		if a.knows(a.person, "matter", "score") {
			sums = append(sums, "score")
		}
		answer := a.do("POST", "/records/matter/board", object{"by": by, "sums": sums, "limit": 2, "sort": []string{"-subject"}[:a.one("subject")]})
		var board struct {
			Columns []struct {
				Key   string
				Count int
				Sums  object
			}
		}
		if err := json.Unmarshal([]byte(answer.Body), &board); err != nil || answer.Status != http.StatusOK {
			a.find("board by %s: %d %s", by, answer.Status, answer.Body)
		}
		for _, c := range board.Columns {
			n, sum := 0, 0.0
			for _, r := range a.visible(a.person, "matter") {
				if asText(a.shown(a.person, r, by)) == c.Key {
					n++
					sum += figure(a.shown(a.person, r, "score"))
				}
			}
			if c.Count != n || len(sums) > 0 && figure(c.Sums["score"]) != sum {
				a.find("board by %s: column %q has %d and %v, want %d and %v", by, c.Key, c.Count, c.Sums, n, sum)
			}
		}
	}
}

func (a *agent) one(key string) int {
	if a.knows(a.person, "matter", key) {
		return 1
	}
	return 0
}
