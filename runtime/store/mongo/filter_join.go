package mongo

import (
	"fmt"
	"slices"
	"strconv"

	"weft/runtime/query"

	"go.mongodb.org/mongo-driver/bson"
)

// join is a $lookup of a pipeline: the record that a reference points to, if it
// meets a condition, as a list of one or none.
type join struct {
	name, from, via string
	// key is equal for joins that are the same.
	key string
	// where are the stages that render the condition.
	where bson.A
	// fields are the members that are read from the record.
	fields []string
}

// joinWhere returns the name of a join that is not empty where a comparison
// across a reference holds. The comparison must be false for an unset value.
func (r *renderer) joinWhere(c query.Cmp) string {
	p := c.Path
	far := query.Cmp{Path: query.Path{Field: p.Field, Kind: p.Kind, SortKey: p.SortKey}, Op: c.Op, Value: c.Value}
	j, _ := r.join(p, query.And(p.Scope, far))
	return j.name
}

// matchAcross writes a comparison across a reference as a filter on its join.
func (r *renderer) matchAcross(c query.Cmp) bson.D {
	return one(r.joinWhere(c), one("$ne", bson.A{}))
}

// joinValue returns the name of a join that reads the value of a path; ok is
// false when the collection does not exist.
func (r *renderer) joinValue(p query.Path) (name string, far *collection, ok bool) {
	j, far := r.join(p, p.Scope)
	if far == nil {
		return "", nil, false
	}
	r.requireOneKind(far, p.Field)
	places := []string{fieldPath(p.Field)}
	if p.Kind == query.Text {
		places = append(places, sortField(p.Field), foldField(p.Field))
	}
	for _, place := range places {
		if !slices.Contains(j.fields, place) {
			j.fields = append(j.fields, place)
		}
	}
	return j.name, far, true
}

// join finds or makes the join with the records across a path that meet a
// condition.
func (r *renderer) join(p query.Path, where query.Expr) (*join, *collection) {
	far, err := r.catalog.get(p.Through)
	if err != nil {
		r.fail(err)
		return &join{}, nil
	}
	r.crossings++
	via := r.fieldPath(p.Via)
	key := p.Through + " " + p.Via + " " + string(query.AppendCanonical(nil, where))
	for i := range r.joins {
		if r.joins[i].key == key {
			return &r.joins[i], far
		}
	}
	inner := &renderer{k: far, catalog: r.catalog}
	filter := inner.match(where)
	if inner.err != nil {
		r.fail(fmt.Errorf("mongo: across %s: %w", p.Via, inner.err))
	}
	r.joins = append(r.joins, join{
		name: "_join" + strconv.Itoa(len(r.joins)), from: far.Name, via: via, key: key,
		where: append(inner.lookups(), one("$match", filter)), fields: []string{memberID},
	})
	return &r.joins[len(r.joins)-1], far
}

// lookups are the stages of all joins.
func (r *renderer) lookups() bson.A {
	out := make(bson.A, 0, len(r.joins)+2)
	for _, j := range r.joins {
		project := make(bson.D, len(j.fields))
		for i, place := range j.fields {
			project[i] = bson.E{Key: place, Value: 1}
		}
		out = append(out, one("$lookup", bson.D{
			{Key: "from", Value: j.from}, {Key: "localField", Value: j.via}, {Key: "foreignField", Value: memberID},
			{Key: "pipeline", Value: append(slices.Clone(j.where), one("$project", project))},
			{Key: "as", Value: j.name},
		}))
	}
	return out
}
