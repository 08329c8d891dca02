package mongo

import (
	"fmt"

	"weft/runtime/query"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
)

// Values and conditions in the expression language of pipelines, for what a
// filter cannot say: the value of a path as its reader may see it.

// constant keeps a text that starts with $ from being read as a path.
func constant(v any) bson.D { return one("$literal", v) }

// value is the value at a path: missing or null where it is unset or hidden.
func (r *renderer) value(p query.Path) any {
	return r.ifVisible(p, func(prefix string, _ *collection) any { return prefix + r.fieldPath(p.Field) })
}

// sortKey is the sort key stored with a text, folded its folded form.
func (r *renderer) sortKey(p query.Path) any {
	return r.ifVisible(p, func(prefix string, _ *collection) any { return prefix + sortField(p.Field) })
}

func (r *renderer) folded(p query.Path) any {
	return r.ifVisible(p, func(prefix string, k *collection) any {
		if p.Kind != query.Text {
			return prefix + r.fieldPath(p.Field)
		}
		r.requireFolded(k, p.Field)
		return one("$ifNull", bson.A{prefix + foldField(p.Field), prefix + r.fieldPath(p.Field)})
	})
}

// ifVisible is what inner reads from the document in which a path ends, whose
// members start with prefix; null where the value is hidden from the reader.
func (r *renderer) ifVisible(p query.Path, inner func(prefix string, k *collection) any) any {
	if p.Visible != nil {
		visible := p.Visible
		p.Visible = nil
		return one("$cond", bson.A{r.condition(visible), r.ifVisible(p, inner), nil})
	}
	if p.Through == "" {
		return inner("$", r.k)
	}
	name, far, ok := r.joinValue(p)
	if !ok {
		return nil
	}
	return one("$let", bson.D{
		{Key: "vars", Value: one("far", one("$arrayElemAt", bson.A{"$" + name, 0}))},
		{Key: "in", Value: inner("$$far.", far)},
	})
}

// condition writes a condition as an expression that is true or false.
func (r *renderer) condition(x query.Expr) any {
	switch x := x.(type) {
	case nil:
		return constant(true)
	case query.All:
		return one("$and", r.conditions(x))
	case query.Any:
		return one("$or", r.conditions(x))
	case query.Not:
		return one("$not", bson.A{r.condition(x.X)})
	case query.Cmp:
		if x.Path.Through != "" {
			return one("$gt", bson.A{one("$size", "$"+r.joinWhere(x)), 0})
		}
		return r.compareExpr(x)
	}
	r.fail(fmt.Errorf("mongo: %T is no condition", x))
	return constant(false)
}

func (r *renderer) conditions(parts []query.Expr) bson.A {
	out := make(bson.A, len(parts))
	for i, x := range parts {
		out[i] = r.condition(x)
	}
	return out
}

func (r *renderer) compareExpr(c query.Cmp) any {
	value := "$" + r.fieldPath(c.Path.Field)
	switch c.Op {
	case query.Empty:
		return one("$lte", bson.A{value, nil})
	case query.Present:
		return one("$gt", bson.A{value, nil})
	case query.Ne:
		c.Op = query.Eq
		return one("$not", bson.A{r.compareExpr(c)})
	case query.Eq:
		return r.inExpr(c, []any{c.Value})
	case query.In:
		values, _ := c.Value.([]any)
		return r.inExpr(c, values)
	case query.Between:
		values, _ := c.Value.([]any)
		if len(values) != 2 {
			r.fail(fmt.Errorf("mongo: between takes two values, not %d", len(values)))
			return constant(false)
		}
		return one("$and", bson.A{r.orderExpr(c.Path, "$gte", values[0]), r.orderExpr(c.Path, "$lte", values[1])})
	case query.Contains, query.Starts:
		part, _ := c.Value.(string)
		return r.textExpr(c.Path, c.Op, part)
	case query.Match:
		return r.wordExpr(c)
	}
	sign, ok := comparisons[c.Op]
	if !ok {
		r.fail(fmt.Errorf("mongo: operator %q", c.Op))
	}
	return r.orderExpr(c.Path, sign, c.Value)
}

// inExpr is true for a value that is in a list, or a list of keys that has one
// of them.
func (r *renderer) inExpr(c query.Cmp, values []any) any {
	list, err := comparableValues(c.Path.Kind, values, r.k.kind(c.Path.Field))
	if err != nil {
		r.fail(err)
	}
	value := "$" + r.fieldPath(c.Path.Field)
	if c.Path.Kind != query.Keys {
		return one("$in", bson.A{value, constant(bson.A(list))})
	}
	keys := one("$cond", bson.A{one("$isArray", bson.A{value}), value, bson.A{}})
	return one("$gt", bson.A{one("$size", one("$setIntersection", bson.A{keys, constant(bson.A(list))})), 0})
}

// orderExpr compares values of one type only, as a filter does by itself.
func (r *renderer) orderExpr(p query.Path, sign string, v any) any {
	l, ok := r.literal(p, v)
	if !ok {
		return constant(false)
	}
	value := "$" + r.fieldPath(p.Field)
	return one("$and", bson.A{sameType(value, l), one(sign, bson.A{value, constant(l)})})
}

func sameType(value any, as any) any {
	switch as.(type) {
	case string:
		return one("$eq", bson.A{one("$type", value), "string"})
	case primitive.DateTime:
		return one("$eq", bson.A{one("$type", value), "date"})
	case bool:
		return one("$eq", bson.A{one("$type", value), "bool"})
	}
	return one("$isNumber", value)
}

// textExpr is true where folded text contains or starts with a folded part.
func (r *renderer) textExpr(p query.Path, op query.Op, part string) any {
	text := r.folded(p)
	at := one("$indexOfBytes", bson.A{text, constant(part)})
	found := one("$gte", bson.A{at, 0})
	if op == query.Starts {
		found = one("$eq", bson.A{at, 0})
	}
	return one("$cond", bson.A{sameType(text, ""), found, false})
}

// wordExpr is true where a field has a word of a search.
func (r *renderer) wordExpr(c query.Cmp) any {
	word, ok := c.Value.(query.Word)
	if !ok {
		r.fail(fmt.Errorf("mongo: match takes a word, not %T", c.Value))
	}
	words := one("$ifNull", bson.A{"$" + memberWords, bson.A{}})
	parts := bson.A{}
	for _, t := range word.Terms {
		sought := wordOf(c.Path.Field, t.Token)
		if next, ok := prefixEnd(sought); ok && t.Prefix {
			within := one("$and", bson.A{
				one("$gte", bson.A{"$$word", constant(sought)}), one("$lt", bson.A{"$$word", constant(next)})})
			parts = append(parts, one("$anyElementTrue", bson.A{one("$map", bson.D{
				{Key: "input", Value: words}, {Key: "as", Value: "word"}, {Key: "in", Value: within}})}))
			continue
		}
		parts = append(parts, one("$in", bson.A{constant(sought), words}))
	}
	if word.CompareText {
		parts = append(parts, r.textExpr(c.Path, query.Contains, word.Text))
	}
	return one("$and", parts)
}
