package sqlite

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"weft/runtime/query"
	"weft/runtime/store"
)

// Limits of keptCounts.
const (
	maxGroups = 5000
	maxSums   = 4
)

// keptCounts are the counts and exact sums of all documents of a collection,
// grouped by one text field or as a whole. They are asked for so often that they
// are updated with every commit.
type keptCounts struct {
	by     string   // field; "" for one group
	sums   []string // decimal fields
	groups map[string]*group
}

// group holds the numbers of one value; "" with unset is the group of unset values.
type group struct {
	value string
	unset bool
	count int64
	sums  []decimalSum
}

// decimalSum adds the upper and the lower ten digits of stored decimals separately.
type decimalSum struct{ n, upper, lower int64 }

func (s *decimalSum) add(stored string, sign int64) bool {
	if len(stored) != decimalDigits {
		return false
	}
	upper, err := strconv.ParseInt(stored[:decimalHalf], 10, 64)
	lower, also := strconv.ParseInt(stored[decimalHalf:], 10, 64)
	if err != nil || also != nil {
		return false
	}
	s.n, s.upper, s.lower = s.n+sign, s.upper+sign*upper, s.lower+sign*lower
	return true
}

// stored is the sum, or the average, in stored form; nil when nothing was added.
func (s decimalSum) stored(average bool) any {
	if s.n == 0 {
		return nil
	}
	sum := new(big.Int).Mul(big.NewInt(s.upper), decimalUpper)
	sum.Add(sum, big.NewInt(s.lower))
	sum.Sub(sum, new(big.Int).Mul(decimalOffset, big.NewInt(s.n)))
	stored := query.ScaledToDecimal(sum)
	if average {
		return query.AverageDecimal(stored, s.n)
	}
	return stored
}

// keptCountsFor returns the (empty) keptCounts that can answer an aggregate, if any.
func keptCountsFor(a store.Aggregate) (*keptCounts, bool) {
	f := &keptCounts{groups: map[string]*group{}}
	if len(a.Groups) > 1 || !matchesAll(a.Where) {
		return nil, false
	}
	for _, g := range a.Groups {
		if !isOwnField(g.Path) || g.Bucket != "" || g.Path.Kind != query.Key && g.Path.Kind != query.Text || g.Path.Field == "id" {
			return nil, false
		}
		f.by = g.Path.Field
	}
	for _, m := range a.Metrics {
		switch {
		case m.Func == "count":
		case (m.Func == "sum" || m.Func == "avg") && m.Path.Kind == query.Decimal && isOwnField(m.Path):
			if !slices.Contains(f.sums, m.Path.Field) {
				f.sums = append(f.sums, m.Path.Field)
			}
		default:
			return nil, false
		}
	}
	slices.Sort(f.sums)
	return f, len(f.sums) <= maxSums
}

func isOwnField(p query.Path) bool { return p.Through == "" && p.Visible == nil }

func matchesAll(x query.Expr) bool {
	all, ok := x.(query.All)
	return x == nil || ok && !slices.ContainsFunc(all, func(part query.Expr) bool { return !matchesAll(part) })
}

func (f *keptCounts) name() string { return "counts " + f.by + " " + strings.Join(f.sums, " ") }

func (f *keptCounts) update(_ int64, before, after []byte) bool {
	return (before == nil || f.count(before, -1)) && (after == nil || f.count(after, 1))
}

// count adds a document, or removes it with sign -1.
func (f *keptCounts) count(body []byte, sign int64) bool {
	var value string
	unset, ok := true, true
	var amounts [maxSums]string
	err := eachMember(body, func(key, raw []byte) bool {
		if string(key) == f.by {
			value, unset, ok = textMember(raw)
		} else if i := slices.Index(f.sums, string(key)); i >= 0 && ok {
			amounts[i], _, ok = textMember(raw)
		}
		return ok
	})
	g := f.group(value, unset)
	if err != nil || !ok || g == nil {
		return false
	}
	g.count += sign
	for i := range f.sums {
		if amounts[i] != "" && !g.sums[i].add(amounts[i], sign) {
			return false
		}
	}
	if g.count == 0 {
		delete(f.groups, groupKey(value, unset))
	}
	return true
}

func groupKey(value string, unset bool) string {
	if unset {
		return ""
	}
	return "=" + value
}

func (f *keptCounts) group(value string, unset bool) *group {
	key := groupKey(value, unset)
	g := f.groups[key]
	if g == nil && len(f.groups) < maxGroups {
		g = &group{value: value, unset: unset, sums: make([]decimalSum, len(f.sums))}
		f.groups[strings.Clone(key)] = g
	}
	return g
}

// textMember decodes a raw string; null is unset, other values are not ok.
func textMember(raw []byte) (text string, unset, ok bool) {
	if string(raw) == "null" {
		return "", true, true
	}
	if len(raw) < 2 || raw[0] != '"' {
		return "", false, false
	}
	if !slices.Contains(raw, '\\') {
		return string(raw[1 : len(raw)-1]), false, true
	}
	err := json.Unmarshal(raw, &text)
	return text, false, err == nil
}

// rows returns the rows of an aggregate.
func (f *keptCounts) rows(a store.Aggregate) []store.Row {
	rows := make([]store.Row, 0, len(f.groups))
	for _, g := range f.groups {
		row := make(store.Row, len(a.Groups)+len(a.Metrics))
		if len(a.Groups) > 0 && !g.unset {
			row[a.Groups[0].Name] = g.value
		}
		f.metrics(row, a, g)
		rows = append(rows, row)
	}
	if len(a.Groups) == 0 && len(rows) == 0 {
		row := store.Row{}
		f.metrics(row, a, &group{sums: make([]decimalSum, len(f.sums))})
		rows = append(rows, row)
	}
	return rows
}

func (f *keptCounts) metrics(row store.Row, a store.Aggregate, g *group) {
	for _, m := range a.Metrics {
		if m.Func == "count" {
			row[m.Name] = g.count
		} else if v := g.sums[slices.Index(f.sums, m.Path.Field)].stored(m.Func == "avg"); v != nil {
			row[m.Name] = v
		}
	}
}
