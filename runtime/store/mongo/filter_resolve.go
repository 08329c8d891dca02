package mongo

import (
	"context"

	"weft/runtime/query"
	"weft/runtime/store"
)

// maxSemiJoin is the number of records across a reference up to which a
// comparison is answered by their ids; more are joined by the database.
const maxSemiJoin = 5000

// resolver rewrites conditions into what a filter can say of one document:
// comparisons across a reference become lists of ids, and the visibility of a
// value becomes part of the condition. Comparisons with too many ids stay.
type resolver struct {
	q     *reader
	known map[string]query.Expr
}

// expr rewrites a condition. It reads, so the caller needs a snapshot if
// crosses tells so.
func (v *resolver) expr(ctx context.Context, x query.Expr) (query.Expr, error) {
	switch x := x.(type) {
	case query.All:
		parts, err := v.parts(ctx, x)
		return query.All(parts), err
	case query.Any:
		parts, err := v.parts(ctx, x)
		return query.Any(parts), err
	case query.Not:
		inner, err := v.expr(ctx, x.X)
		return query.Not{X: inner}, err
	case query.Cmp:
		return v.compare(ctx, x)
	}
	return x, nil
}

func (v *resolver) parts(ctx context.Context, parts []query.Expr) ([]query.Expr, error) {
	out := make([]query.Expr, len(parts))
	for i, x := range parts {
		var err error
		if out[i], err = v.expr(ctx, x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// compare rewrites a comparison into one that is false for an unset value, or
// into the negation of such a one.
func (v *resolver) compare(ctx context.Context, c query.Cmp) (query.Expr, error) {
	if c.Path.Visible == nil && c.Path.Through == "" {
		return c, nil
	}
	negative := true
	switch c.Op {
	case query.Ne:
		c.Op = query.Eq
	case query.Empty:
		c.Op = query.Present
	default:
		negative = false
	}
	visible, err := v.expr(ctx, c.Path.Visible)
	if err != nil {
		return nil, err
	}
	c.Path.Visible = nil
	x := query.Expr(c)
	if c.Path.Through != "" {
		if x, err = v.across(ctx, c); err != nil {
			return nil, err
		}
	}
	if x = query.And(visible, x); negative {
		return query.Not{X: x}, nil
	}
	return x, nil
}

// across replaces a comparison across a reference by one with the ids of the
// records for which it holds.
func (v *resolver) across(ctx context.Context, c query.Cmp) (query.Expr, error) {
	key := string(query.AppendCanonical(nil, c))
	if x, ok := v.known[key]; ok {
		return x, nil
	}
	p := c.Path
	far := query.Cmp{Path: query.Path{Field: p.Field, Kind: p.Kind, SortKey: p.SortKey}, Op: c.Op, Value: c.Value}
	docs, err := v.q.Find(ctx, p.Through, store.Find{Where: query.And(p.Scope, far), Limit: v.q.s.options.semiJoin + 1, IDsOnly: true})
	if err != nil {
		return nil, err
	}
	var x query.Expr
	if len(docs) <= v.q.s.options.semiJoin {
		ids := make([]any, len(docs))
		for i, d := range docs {
			ids[i] = d.ID
		}
		x = query.Cmp{Path: query.Path{Field: p.Via, Kind: query.Key}, Op: query.In, Value: ids}
	} else if c.Path.Scope, err = v.expr(ctx, p.Scope); err == nil {
		x = c
	}
	if v.known == nil {
		v.known = map[string]query.Expr{}
	}
	v.known[key] = x
	return x, err
}

// path rewrites the conditions of a path.
func (v *resolver) path(ctx context.Context, p query.Path) (query.Path, error) {
	var err error
	if p.Visible, err = v.expr(ctx, p.Visible); err != nil || p.Through == "" {
		return p, err
	}
	p.Scope, err = v.expr(ctx, p.Scope)
	return p, err
}

// crosses tells whether a condition looks at another collection.
func crosses(x query.Expr) bool {
	found := false
	query.Collections(x, func(string) { found = true })
	return found
}
