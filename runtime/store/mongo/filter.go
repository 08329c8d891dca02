package mongo

import (
	"fmt"

	"weft/runtime/query"

	"go.mongodb.org/mongo-driver/bson"
)

// renderer writes conditions and values of documents of one collection in
// MongoDB's language. Conditions must have been rewritten by a resolver.
type renderer struct {
	k       *collection
	catalog *catalog
	// own and joined are the condition of a find or an aggregate: the part
	// about the document itself, and the part that needs joins.
	own, joined bson.D
	joins       []join
	// crossings counts how often a join was asked for, existing ones included.
	crossings int
	// paged: the query continues after a position.
	paged bool
	err   error
}

func (r *renderer) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// one is a document of one member.
func one(key string, value any) bson.D { return bson.D{{Key: key, Value: value}} }

// filter renders the condition of a find or an aggregate.
func (r *renderer) filter(where query.Expr) {
	var own, across []query.Expr
	for _, part := range flat(where) {
		if crosses(part) {
			across = append(across, part)
		} else {
			own = append(own, part)
		}
	}
	r.own, r.joined = r.match(query.All(own)), r.match(query.All(across))
}

// flat splits a condition into the parts that must all hold.
func flat(x query.Expr) []query.Expr {
	switch x := x.(type) {
	case nil:
		return nil
	case query.All:
		var parts []query.Expr
		for _, part := range x {
			parts = append(parts, flat(part)...)
		}
		return parts
	}
	return []query.Expr{x}
}

// matching are the stages that select the documents for which filter holds.
func (r *renderer) matching() bson.A {
	stages := append(bson.A{one("$match", r.own)}, r.lookups()...)
	if len(r.joined) > 0 {
		stages = append(stages, one("$match", r.joined))
	}
	return stages
}

// match writes a condition for find and $match. Like query.Matches it is true
// or false: a comparison with an unset value or one of another type is false.
func (r *renderer) match(x query.Expr) bson.D {
	switch x := x.(type) {
	case nil:
		return bson.D{}
	case query.All:
		return and(r.matches(x))
	case query.Any:
		return or(r.matches(x))
	case query.Not:
		return not(r.match(x.X))
	case query.Cmp:
		if x.Path.Through != "" {
			return r.matchAcross(x)
		}
		return r.compare(x)
	}
	r.fail(fmt.Errorf("mongo: %T is no condition", x))
	return nothing()
}

func (r *renderer) matches(parts []query.Expr) []bson.D {
	out := make([]bson.D, len(parts))
	for i, x := range parts {
		out[i] = r.match(x)
	}
	return out
}

// nothing matches no document.
func nothing() bson.D { return one(memberID, one("$in", bson.A{})) }

func and(parts []bson.D) bson.D {
	list := make(bson.A, 0, len(parts))
	for _, p := range parts {
		if len(p) > 0 {
			list = append(list, p)
		}
	}
	switch len(list) {
	case 0:
		return bson.D{}
	case 1:
		return list[0].(bson.D)
	}
	return one("$and", list)
}

func or(parts []bson.D) bson.D {
	list := make(bson.A, len(parts))
	for i, p := range parts {
		if len(p) == 0 {
			return bson.D{}
		}
		list[i] = p
	}
	switch len(list) {
	case 0:
		return nothing()
	case 1:
		return list[0].(bson.D)
	}
	return one("$or", list)
}

func not(part bson.D) bson.D {
	if len(part) == 0 {
		return nothing()
	}
	return one("$nor", bson.A{part})
}

// fieldPath is the path of the value of an own field in the document.
func (r *renderer) fieldPath(field string) string {
	if !fieldName.MatchString(field) {
		r.fail(fmt.Errorf("mongo: %q cannot be the name of a field", field))
	}
	r.requireOneKind(r.k, field)
	return fieldPath(field)
}

var comparisons = map[query.Op]string{query.Lt: "$lt", query.Le: "$lte", query.Gt: "$gt", query.Ge: "$gte"}

// compare writes a comparison with an own field.
func (r *renderer) compare(c query.Cmp) bson.D {
	place := r.fieldPath(c.Path.Field)
	switch c.Op {
	case query.Empty:
		return r.unset(c.Path.Field)
	case query.Present:
		return r.where(c.Path, one("$ne", nil))
	case query.Eq:
		return r.equal(c)
	case query.Ne:
		if v, ok := r.literal(c.Path, c.Value); ok {
			return one(place, one("$ne", v))
		}
		return bson.D{}
	case query.In:
		values, _ := c.Value.([]any)
		list, err := comparableValues(c.Path.Kind, values, r.k.kind(c.Path.Field))
		if err != nil {
			r.fail(err)
		}
		if len(list) == 0 {
			return nothing()
		}
		return r.where(c.Path, one("$in", bson.A(list)))
	case query.Between:
		return r.between(c)
	case query.Contains, query.Starts:
		part, _ := c.Value.(string)
		return r.matchText(c.Path, c.Op, part)
	case query.Match:
		return r.matchWord(c)
	}
	sign, ok := comparisons[c.Op]
	if !ok {
		r.fail(fmt.Errorf("mongo: operator %q", c.Op))
	}
	if v, ok := r.literal(c.Path, c.Value); ok {
		return r.where(c.Path, one(sign, v))
	}
	return nothing()
}

// literal is a value to compare with; ok is false when no value at the path can
// be compared with it.
func (r *renderer) literal(p query.Path, v any) (l any, ok bool) {
	if !comparable(p.Kind, v) {
		return nil, false
	}
	l, err := literal(v, r.k.kind(p.Field))
	if err != nil {
		r.fail(err)
	}
	return l, err == nil
}

// where writes a condition that only a set value meets. An index that starts
// with the mark of unset values is used only if the condition says that there
// is no mark.
func (r *renderer) where(p query.Path, condition bson.D) bson.D {
	out := one(r.fieldPath(p.Field), condition)
	if r.k.marksUnset(p.Field) {
		out = append(out, r.withoutUnsetMark(p.Field, one("$eq", nil)))
	}
	return out
}

// withoutUnsetMark writes that a field has a value: that there is no mark,
// written as a comparison with null or as $exists. Before MongoDB 8.0 null is
// two points of an index, null and undefined. Every planner merges the two
// ranges of an ordered scan, but not where a position makes several of each.
func (r *renderer) withoutUnsetMark(field string, null any) bson.E {
	if r.paged {
		return markAbsent(unsetField(field))
	}
	return bson.E{Key: unsetField(field), Value: null}
}

// markAbsent is one point of an index in every version.
func markAbsent(mark string) bson.E { return bson.E{Key: mark, Value: one("$exists", false)} }

func (r *renderer) unset(field string) bson.D {
	out := one(r.fieldPath(field), nil)
	if r.k.marksUnset(field) {
		out = append(out, bson.E{Key: unsetField(field), Value: true})
	}
	return out
}

// equal lets an index that holds only sort keys find equal texts. It is written
// as plain values, since not every planner uses an index of several keys for
// $eq.
func (r *renderer) equal(c query.Cmp) bson.D {
	v, ok := r.literal(c.Path, c.Value)
	if !ok {
		return nothing()
	}
	out := one(r.fieldPath(c.Path.Field), v)
	if r.k.marksUnset(c.Path.Field) {
		out = append(out, r.withoutUnsetMark(c.Path.Field, nil))
	}
	if text, isText := c.Value.(string); isText && c.Path.Kind == query.Text && r.k.keepsSort(c.Path.Field) {
		out = append(out, bson.E{Key: sortField(c.Path.Field), Value: query.SortKey(text)})
	}
	return out
}

func (r *renderer) between(c query.Cmp) bson.D {
	values, _ := c.Value.([]any)
	if len(values) != 2 {
		r.fail(fmt.Errorf("mongo: between takes two values, not %d", len(values)))
		return nothing()
	}
	low, ok := r.literal(c.Path, values[0])
	high, also := r.literal(c.Path, values[1])
	if !ok || !also {
		return nothing()
	}
	return r.where(c.Path, bson.D{{Key: "$gte", Value: low}, {Key: "$lte", Value: high}})
}
