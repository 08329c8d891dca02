package read

import (
	"context"
	"encoding/json"
	"strings"

	"weft/runtime/access"
	"weft/runtime/jsontext"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// maxRows bounds the rows of an aggregate; an answer is never cut silently.
const maxRows = 10_000

// AggregateQuery asks for metrics by group; the contract says what each part means.
type AggregateQuery struct {
	Where   json.RawMessage            `json:"where,omitempty"`
	Search  string                     `json:"search,omitempty"`
	GroupBy []json.RawMessage          `json:"groupBy,omitempty"`
	Metrics map[string]json.RawMessage `json:"metrics,omitempty"`
	Sort    []string                   `json:"sort,omitempty"`  // group and metric names
	Limit   Limit                      `json:"limit,omitempty"` // 0: all
}

// Aggregate groups the records that the caller may see. Rows hold groups, then
// metrics by name, in wire form; an unset group and a metric of nothing (but a
// count) are absent. Rows come in the order of sort, else of the groups. They
// are kept in memory and must not be changed.
func (s *Service) Aggregate(ctx context.Context, actor *access.Actor, entity string, q AggregateQuery) ([]json.RawMessage, error) {
	r, err := s.reading(ctx, actor, entity, schemas.OpRead)
	if err != nil {
		return nil, err
	}
	a := store.Aggregate{
		Where: r.filter(q.Where, q.Search, schemas.OpRead), Groups: r.groups(q.GroupBy),
		Metrics: r.metrics(q.Metrics), Limit: maxRows + 1,
	}
	a.Sort = r.rowSort(q.Sort, a)
	switch {
	case q.Limit < 0:
		r.fail("/limit", "too_small", "min", 1)
	case q.Limit > maxRows:
		r.fail("/limit", "too_great", "max", maxRows)
	case q.Limit > 0:
		a.Limit = int(q.Limit)
	}
	if err := r.invalid(); err != nil {
		return nil, err
	}
	rows, err := r.aggregate(ctx, a)
	if err != nil {
		return nil, err
	}
	if len(rows) > maxRows {
		return nil, problem.Of(problem.Invalid, problem.At("/groupBy", "too_many_groups", "max", maxRows))
	}
	return rows, nil
}

// groups parses the groups and cuts them to what the caller may see. Instants
// are cut into days of the organisation's zone unless another one is named.
func (r *entityRequest) groups(raw []json.RawMessage) []query.GroupTerm {
	groups, ps := query.ParseGroups(raw, RestrictEntity(r.rights, r.entity), "/groupBy")
	if ps == nil {
		groups, ps = query.RestrictGroups(groups, r.entity, r.rights, "/groupBy")
	}
	r.problems = append(r.problems, ps...)
	for i := range groups {
		if groups[i].Bucket != "" && groups[i].Zone == "" {
			groups[i].Zone = r.env.Zone.String()
		}
	}
	return groups
}

func (r *entityRequest) metrics(raw map[string]json.RawMessage) []query.Metric {
	metrics, ps := query.ParseMetrics(raw, RestrictEntity(r.rights, r.entity), "/metrics")
	if ps == nil {
		metrics, ps = query.RestrictMetrics(metrics, r.entity, r.rights, "/metrics")
	}
	r.problems = append(r.problems, ps...)
	return metrics
}

// rowSort reads an order over names of groups and metrics.
func (r *entityRequest) rowSort(terms []string, a store.Aggregate) []store.RowSort {
	names := map[string]bool{}
	for _, g := range a.Groups {
		names[g.Name] = true
	}
	for _, m := range a.Metrics {
		if names[m.Name] {
			r.fail("/metrics"+problem.Pointer(m.Name), "field_twice", "field", m.Name)
		}
		names[m.Name] = true
	}
	sort := make([]store.RowSort, 0, len(terms))
	for i, term := range terms {
		name, desc := strings.CutPrefix(term, "-")
		if len(r.problems) == 0 && !names[name] {
			r.fail("/sort"+problem.Pointer(i), "not_in_row", "field", name)
		}
		sort = append(sort, store.RowSort{Name: name, Desc: desc})
	}
	return sort
}

// aggregate computes the rows, or takes them from memory while nothing has changed.
func (r *reading) aggregate(ctx context.Context, a store.Aggregate) ([]json.RawMessage, error) {
	state, err := r.state(ctx, func(fn func(string)) {
		query.Collections(a.Where, fn)
		for _, g := range a.Groups {
			g.Path.Collections(fn)
		}
		for _, m := range a.Metrics {
			m.Path.Collections(fn)
		}
	})
	if err != nil {
		return nil, readError("aggregate", err)
	}
	rows, err := r.s.aggregates.get(ctx, r.aggregateKey(a), state, func() (any, int, error) {
		release, err := r.heavySlot(ctx)
		if err != nil {
			return nil, 0, err
		}
		defer release()
		found, err := r.groupRows(ctx, a)
		rows, size := renderRows(found, a)
		return rows, size, err
	})
	if err != nil {
		return nil, readError("aggregate", err)
	}
	return rows.([]json.RawMessage), nil
}

func (r *entityRequest) aggregateKey(a store.Aggregate) string {
	b := append(make([]byte, 0, 512), "aggregate "...)
	b = append(b, r.entity.Key...)
	b = query.AppendCanonical(append(b, ' '), a.Where)
	for _, g := range a.Groups {
		b = jsontext.AppendString(append(b, ";g"...), g.Name)
		b = append(query.AppendPath(b, g.Path), g.Bucket...)
		b = append(append(b, '@'), g.Zone...)
		if g.Path.Clock != "" {
			b = append(b, query.FormatInstant(r.env.Now)...)
		}
	}
	for _, m := range a.Metrics {
		b = jsontext.AppendString(append(b, ";m"...), m.Name)
		b = query.AppendPath(append(append(b, m.Func...), ' '), m.Path)
	}
	for _, s := range a.Sort {
		b = jsontext.AppendString(append(b, ";s"...), s.Name)
		if s.Desc {
			b = append(b, '-')
		}
	}
	return string(jsontext.AppendNumber(append(b, ';'), float64(a.Limit)))
}

// renderRows writes rows in wire form, all in one piece of memory.
func renderRows(rows []store.Row, a store.Aggregate) ([]json.RawMessage, int) {
	out := make([]byte, 0, 64*len(rows))
	ends := make([]int, len(rows))
	for i, row := range rows {
		out = append(out, '{')
		for _, g := range a.Groups {
			out = appendMetric(out, g.Name, row[g.Name], g.Path.Kind == query.Decimal)
		}
		for _, m := range a.Metrics {
			decimal := m.Path.Kind == query.Decimal && m.Func != "count" && m.Func != "count_distinct"
			out = appendMetric(out, m.Name, row[m.Name], decimal)
		}
		out = jsontext.CloseObject(out)
		ends[i] = len(out)
	}
	items, begin := make([]json.RawMessage, len(rows)), 0
	for i, end := range ends {
		items[i] = out[begin:end:end]
		begin = end
	}
	return items, len(out) + 24*len(rows)
}

func appendMetric(out []byte, name string, v any, decimal bool) []byte {
	if v == nil {
		return out
	}
	if s, ok := v.(string); ok && decimal {
		v = query.FormatDecimal(s)
	}
	return jsontext.AppendMember(out, name, v)
}
