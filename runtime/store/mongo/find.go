package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
)

// Find returns at most f.Limit documents; a limit of 0 or less means none. What
// takes more than one command is read from one snapshot.
func (q *reader) Find(ctx context.Context, collection string, f store.Find) ([]store.Doc, error) {
	docs, err := q.find(ctx, collection, f)
	if errors.Is(err, errForeign) && !q.skipForeign {
		q.s.foreignWarned.Do(func() {
			q.s.log.Warn("documents that weft did not write are left out", "collection", collection, "error", err)
		})
		ours := *q
		ours.skipForeign = true
		docs, err = ours.find(ctx, collection, f)
	}
	return docs, err
}

func (q *reader) find(ctx context.Context, collection string, f store.Find) (docs []store.Doc, err error) {
	k, err := q.catalog.get(collection)
	if err != nil || f.Limit <= 0 {
		return nil, err
	}
	if f.After != nil && len(f.After.Values) != len(f.Sort) {
		return nil, fmt.Errorf("mongo: a position has %d values for %d sort terms", len(f.After.Values), len(f.Sort))
	}
	f = withoutConstantTerms(f)
	r := &renderer{k: k, catalog: q.catalog, paged: f.After != nil}
	o := r.newOrder(f)
	if !q.pinned && (o.keyless || findCrosses(f)) {
		err = q.snapshot(ctx, func(q *reader) error { docs, err = q.Find(ctx, collection, f); return err })
		return docs, err
	}
	if err := q.prepare(ctx, r, o, f); err != nil {
		return nil, err
	}
	switch {
	case o.keyless:
		return q.findKeyless(ctx, r, o, f)
	case o.computed || len(r.joins) > 0:
		return q.findComputed(ctx, r, o, f)
	}
	return q.findPlain(ctx, r, o, f)
}

// findCrosses tells whether a find reads more than one collection, which takes
// more than one command.
func findCrosses(f store.Find) bool {
	found := crosses(f.Where)
	for _, t := range f.Sort {
		t.Path.Collections(func(string) { found = true })
	}
	return found
}

// prepare resolves and renders the condition of a find and resolves the paths
// of its order.
func (q *reader) prepare(ctx context.Context, r *renderer, o *order, f store.Find) error {
	v := &resolver{q: q}
	where, err := v.expr(ctx, f.Where)
	if err != nil {
		return err
	}
	o.terms = slices.Clone(f.Sort)
	for i, t := range o.terms {
		if o.terms[i].Path, err = v.path(ctx, t.Path); err != nil {
			return err
		}
	}
	r.filter(where)
	if q.skipForeign {
		r.own = and([]bson.D{r.own, one(memberID, one("$type", "string"))})
	}
	return r.err
}

// findPlain reads in the order of the documents' own members.
func (q *reader) findPlain(ctx context.Context, r *renderer, o *order, f store.Find) ([]store.Doc, error) {
	after, err := o.afterPosition(f.After)
	if err != nil {
		return nil, err
	}
	return q.page(ctx, r.k, page{filter: and([]bson.D{r.own, after}), sort: o.sort(), limit: f.Limit, bare: f.IDsOnly})
}

// findComputed reads with a pipeline that computes sort keys or joins other
// collections.
func (q *reader) findComputed(ctx context.Context, r *renderer, o *order, f store.Find) ([]store.Doc, error) {
	stages, err := r.sortedStages(o, f.After)
	if err != nil {
		return nil, err
	}
	stages = append(stages, one("$limit", f.Limit))
	if f.IDsOnly {
		stages = append(stages, one("$project", one(memberRev, 1)))
	}
	var docs []store.Doc
	err = q.aggregate(ctx, r.k, stages, func(raw bson.Raw) error {
		d, err := decodeAs(raw, f.IDsOnly)
		docs = append(docs, d)
		return err
	})
	return docs, err
}

// sortedStages select the documents after a position, in order. Unless the
// order needs them, joins come last, so that no more documents are joined than
// a page has.
func (r *renderer) sortedStages(o *order, after *store.Position) (bson.A, error) {
	match, err := o.afterPosition(after)
	ofCondition := r.crossings
	computed := r.compute(o)
	early, late := r.matching(), bson.A(nil)
	if r.crossings == ofCondition {
		early, late = early[:1], early[1:]
	}
	stages := append(append(slices.Clip(early), computed...), one("$match", match), one("$sort", o.sort()))
	return append(stages, late...), errors.Join(err, r.err)
}

// unsortedStages select the documents after a position and compute their sort
// keys.
func (r *renderer) unsortedStages(o *order, after *store.Position) (bson.A, error) {
	match, err := o.afterPosition(after)
	computed := r.compute(o) // may add joins, so it comes first
	return append(append(r.matching(), computed...), one("$match", match)), errors.Join(err, r.err)
}

func decodeAs(raw bson.Raw, bare bool) (store.Doc, error) {
	if bare {
		return decodeBare(raw)
	}
	return decode(raw)
}
