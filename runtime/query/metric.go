package query

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"weft/runtime/problem"
)

const (
	maxMetrics    = 32
	maxMetricName = 64
)

// metricKinds says what a metric can be made of; count takes no field.
var metricKinds = map[string][Object + 1]bool{
	"count":          {},
	"count_distinct": {Text: true, Number: true, Decimal: true, Date: true, Instant: true, Bool: true, Key: true},
	"sum":            {Number: true, Decimal: true},
	"avg":            {Number: true, Decimal: true},
	"min":            {Number: true, Decimal: true, Date: true, Instant: true},
	"max":            {Number: true, Decimal: true, Date: true, Instant: true},
}

// ParseMetrics reads {"n":["count"],"sum":["sum","amount"]}, in the order of
// the names. Metrics take own fields.
func ParseMetrics(raw map[string]json.RawMessage, e Entity, at string) ([]Metric, []problem.Field) {
	if len(raw) > maxMetrics {
		return nil, []problem.Field{problem.At(at, "too_many_terms", "max", maxMetrics)}
	}
	p := &parser{entity: e}
	out := make([]Metric, 0, len(raw))
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		if m, ok := p.metric(name, raw[name], at+problem.Pointer(name)); ok {
			out = append(out, m)
		}
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return out, nil
}

func (p *parser) metric(name string, raw json.RawMessage, at string) (Metric, bool) {
	var parts []string
	if json.Unmarshal(raw, &parts) != nil || len(parts) == 0 || len(parts) > 2 {
		p.fail(at, "metric_shape")
		return Metric{}, false
	}
	if name == "" || utf8.RuneCountInString(name) > maxMetricName {
		p.fail(at, "metric_name", "max", maxMetricName)
		return Metric{}, false
	}
	m := Metric{Name: name, Func: parts[0]}
	kinds, known := metricKinds[m.Func]
	switch {
	case !known:
		p.fail(at+"/0", "unknown_metric", "func", m.Func)
		return m, false
	case (m.Func == "count") != (len(parts) == 1):
		p.fail(at, "metric_shape")
		return m, false
	case m.Func == "count":
		return m, true
	}
	f, ok := p.entity.Lookup(parts[1])
	if !ok {
		p.fail(at+"/1", "unknown_field", "field", parts[1])
		return m, false
	}
	if f.ComputedOnRead {
		p.fail(at+"/1", "not_stored", "field", parts[1])
		return m, false
	}
	if f.Incomparable || !kinds[f.Kind] {
		p.fail(at+"/1", "wrong_metric", "func", m.Func, "field", parts[1])
		return m, false
	}
	m.Path = pathOf(f)
	return m, true
}

// RestrictMetrics applies rights to the metrics; what may not be seen is unknown_field.
func RestrictMetrics(metrics []Metric, e Entity, r Rights, at string) ([]Metric, []problem.Field) {
	return cutPaths(metrics, e, r, func(m *Metric) *Path { return &m.Path },
		func(i int) string { return at + problem.Pointer(metrics[i].Name, 1) })
}

// RoundSum rounds a sum or average of doubles to 15 significant digits, as many
// as every double preserves: 0.1 + 0.2 is 0.3, whatever the order of addition.
func RoundSum(f float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	if err != nil { // beyond the greatest double
		return f
	}
	return rounded
}
