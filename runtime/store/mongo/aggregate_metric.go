package mongo

import (
	"fmt"

	"weft/runtime/query"

	"go.mongodb.org/mongo-driver/bson"
)

// accumulators are the accumulators of metric i in $group. Sums of Decimal128
// are exact up to 34 digits: those of ten to the fifteenth values of 19 digits.
func (g *grouping) accumulators(i int, m query.Metric) bson.D {
	value := "$" + metricMember(i)
	switch m.Func {
	case "count", "count_distinct":
		return nil
	case "min", "max":
		return one(metricMember(i), one("$"+m.Func, value))
	case "sum", "avg":
		if m.Path.Kind == query.Decimal && !g.native(m.Path) {
			g.fail(fmt.Errorf("mongo: collection %s does not name the kind of decimal %s", g.k.Name, m.Path.Name()))
		}
		isSet := one("$cond", bson.A{one("$gt", bson.A{value, nil}), 1, 0})
		return bson.D{{Key: metricMember(i), Value: one("$sum", value)}, {Key: setMember(i), Value: one("$sum", isSet)}}
	}
	g.fail(fmt.Errorf("mongo: metric %q", m.Func))
	return nil
}

// native tells whether values at a path are stored in their native type.
func (g *grouping) native(p query.Path) bool {
	k := g.k
	if p.Through != "" {
		var err error
		if k, err = g.catalog.get(p.Through); err != nil {
			return false
		}
	}
	return k.kind(p.Field) == p.Kind
}

// metricOf reads metric i of a group; nil where it is unset.
func metricOf(raw bson.Raw, i int, m query.Metric) any {
	if m.Func == "count" {
		n, _ := raw.Lookup(countMember).AsInt64OK()
		return n
	}
	v := stored(raw.Lookup(metricMember(i)))
	if m.Func != "sum" && m.Func != "avg" {
		return v
	}
	n, _ := raw.Lookup(setMember(i)).AsInt64OK()
	if n == 0 {
		return nil
	}
	switch sum := v.(type) {
	case string:
		if m.Func == "avg" {
			return query.AverageDecimal(sum, n)
		}
		return sum
	case float64:
		if m.Func == "avg" {
			return sum / float64(n)
		}
	}
	return v
}
