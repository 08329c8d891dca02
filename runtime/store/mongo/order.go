package mongo

import (
	"strconv"

	"weft/runtime/query"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
)

// order is the sort order of a find in the database.
type order struct {
	terms  []query.SortTerm
	keys   []orderKey
	idDesc bool
	// computed orders are made by a pipeline; others are those of the
	// documents' members, which an index can give.
	computed bool
	// keyless: some texts may lack a sort key.
	keyless bool
}

// orderKey is one key of an order.
type orderKey struct {
	term query.SortTerm
	// path is the member that is sorted by, and unset one that is true where it
	// has no value: "" where the database sorts unset values last itself.
	path, unset string
	// native is the native kind of the values.
	native query.Kind
}

// newOrder finds the members that the documents are sorted by.
func (r *renderer) newOrder(f store.Find) *order {
	o := &order{terms: f.Sort, idDesc: f.IDDesc, keys: make([]orderKey, len(f.Sort))}
	for i, t := range f.Sort {
		key, kept := r.keptKey(t)
		o.keys[i] = key
		o.computed = o.computed || !kept
	}
	if o.computed {
		for i := range o.keys {
			r.computeKey(o, i)
		}
	}
	return o
}

// keptKey is a key of stored members; ok is false if documents do not store
// enough.
func (r *renderer) keptKey(t query.SortTerm) (key orderKey, ok bool) {
	p := t.Path
	if p.Through != "" || p.Visible != nil {
		return orderKey{}, false
	}
	key = orderKey{term: t, path: r.fieldPath(p.Field), native: r.k.kind(p.Field)}
	if ordersByKey(p) {
		if !r.k.keepsSort(p.Field) {
			return key, false
		}
		key.path = sortField(p.Field)
	}
	if t.Desc || p.Field == "id" || p.Field == memberRev {
		return key, true
	}
	key.unset = unsetField(p.Field)
	return key, r.k.marksUnset(p.Field)
}

// ordersByKey tells whether values at a path are sorted by their sort keys.
func ordersByKey(p query.Path) bool { return p.Kind == query.Text && p.Field != "id" }

// computeKey makes key i one of the members that compute sets.
func (r *renderer) computeKey(o *order, i int) {
	t := o.terms[i]
	k := r.k
	if t.Path.Through != "" {
		var err error
		if k, err = r.catalog.get(t.Path.Through); err != nil {
			r.fail(err)
			return
		}
	}
	o.keys[i] = orderKey{term: t, path: computedKey(i), native: k.kind(t.Path.Field)}
	if !t.Desc {
		o.keys[i].unset = computedUnset(i)
	}
	o.keyless = o.keyless || ordersByKey(t.Path) && !k.keepsSort(t.Path.Field)
}

// Members that a computed order sets: the value or sort key, the mark of an
// unset one, a text that may lack a sort key, the mark of a document with such
// a text.
func computedKey(i int) string   { return "_key" + strconv.Itoa(i) }
func computedUnset(i int) string { return "_none" + strconv.Itoa(i) }
func computedText(i int) string  { return "_text" + strconv.Itoa(i) }

const computedKeyless = "_keyless"

// compute are the stages that set the members of a computed order; none for
// other orders.
func (r *renderer) compute(o *order) bson.A {
	if !o.computed {
		return nil
	}
	var values, marks bson.D
	keyless := bson.A{}
	for i, t := range o.terms {
		value := "$" + computedKey(i)
		if !ordersByKey(t.Path) {
			values = append(values, bson.E{Key: computedKey(i), Value: r.value(t.Path)})
		} else {
			values = append(values, bson.E{Key: computedKey(i), Value: r.sortKey(t.Path)}, bson.E{Key: computedText(i), Value: r.value(t.Path)})
			keyless = append(keyless, one("$and", bson.A{sameType("$"+computedText(i), ""), one("$lte", bson.A{value, nil})}))
		}
		if !t.Desc {
			marks = append(marks, bson.E{Key: computedUnset(i), Value: one("$lte", bson.A{value, nil})})
		}
	}
	if o.keyless {
		marks = append(marks, bson.E{Key: computedKeyless, Value: one("$or", keyless)})
	}
	stages := bson.A{one("$set", values)}
	if len(marks) > 0 {
		stages = append(stages, one("$set", marks))
	}
	return stages
}

// sort is the sort document of a find or $sort.
func (o *order) sort() bson.D {
	var out bson.D
	for _, k := range o.keys {
		if k.unset != "" {
			out = append(out, bson.E{Key: k.unset, Value: 1})
		}
		out = append(out, bson.E{Key: k.path, Value: direction(k.term.Desc)})
		if k.path == memberID {
			return out
		}
	}
	return append(out, bson.E{Key: memberID, Value: direction(o.idDesc)})
}

func direction(desc bool) int {
	if desc {
		return -1
	}
	return 1
}

// afterPosition matches documents after a position: equal in the first keys,
// greater in the next. Each part is a range of an index.
func (o *order) afterPosition(after *store.Position) (bson.D, error) {
	if after == nil {
		return bson.D{}, nil
	}
	var parts, same []bson.D
	stretch := func(part bson.D) { parts = append(parts, and(append(same[:len(same):len(same)], part))) }
	for i, k := range o.keys {
		if after.Values[i] == nil {
			same = append(same, k.isUnset())
			continue
		}
		native := k.native
		if ordersByKey(k.term.Path) {
			native = 0
		}
		v, err := literal(after.Values[i], native)
		if err != nil {
			return nil, err
		}
		stretch(k.isSet(one(map[bool]string{false: "$gt", true: "$lt"}[k.term.Desc], v), o.computed))
		stretch(k.isUnset())
		same = append(same, k.isSet(one("$eq", v), o.computed))
	}
	stretch(one(memberID, one(map[bool]string{false: "$gt", true: "$lt"}[o.idDesc], after.ID)))
	return or(parts), nil
}

func (k orderKey) isUnset() bson.D {
	if k.unset != "" {
		return one(k.unset, one("$eq", true))
	}
	return one(k.path, one("$eq", nil))
}

// isSet writes a condition on a set value; an index that starts with the mark
// is used only if the mark is mentioned.
func (k orderKey) isSet(condition bson.D, computed bool) bson.D {
	out := one(k.path, condition)
	if k.unset != "" && !computed {
		out = append(out, markAbsent(k.unset))
	}
	return out
}
