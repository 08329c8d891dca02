package query

import "weft/runtime/problem"

// IsZero tells whether the filter matches everything because nothing was asked.
func (f Filter) IsZero() bool { return f.expr == nil }

// Fields lists the paths the filter compares, in written order.
func (f Filter) Fields() []Path {
	var out []Path
	Walk(f.expr, func(x Expr) {
		if l, ok := x.(leaf); ok {
			out = append(out, l.Path)
		}
	})
	return out
}

// Bind fills in relative values and applies the reader's rights to every path.
// A path that the reader may not see is a problem unknown_field, as if it did
// not exist. The Expr of a zero Filter is nil.
func (f Filter) Bind(env Env, e Entity, r Rights) (Expr, []problem.Field) {
	if f.expr == nil {
		return nil, nil
	}
	b := binder{env: env, entity: e, rights: r}
	x := b.bind(f.expr)
	if len(b.problems) > 0 {
		return nil, b.problems
	}
	return x, nil
}

type binder struct {
	env      Env
	entity   Entity
	rights   Rights
	problems []problem.Field
}

func (b *binder) bind(x Expr) Expr {
	switch x := x.(type) {
	case All:
		return All(b.each(x))
	case Any:
		return Any(b.each(x))
	case Not:
		return Not{b.bind(x.X)}
	case leaf:
		return b.leaf(x)
	}
	return x
}

func (b *binder) each(parts []Expr) []Expr {
	out := make([]Expr, len(parts))
	for i, part := range parts {
		out[i] = b.bind(part)
	}
	return out
}

func (b *binder) leaf(l leaf) Expr {
	path, ok := cutPath(b.rights, b.entity, l.Path)
	if !ok {
		b.problems = append(b.problems, unknownField(l.at+"/0", l.Path))
		return nil
	}
	c := Cmp{Path: path, Op: l.Op}
	switch v := l.Value.(type) {
	case RelativeTime:
		c.Value = v.At(b.env, path.Kind)
	case RelativePeriod:
		return b.within(c, []any{v})
	case relativeMe, relativeDepartment:
		return b.identity(c, []any{v})
	case []any:
		if hasPeriod(v) {
			return b.within(c, v)
		}
		if c.Op == In && path.Clock == "" {
			return b.identity(c, v)
		}
		c.Value = b.values(v, path.Kind)
	default:
		c.Value = v
	}
	if path.Clock != "" {
		return b.clockPhase(c)
	}
	return c
}

// identity makes In of ids that stand for the caller and the caller's departments.
func (b *binder) identity(c Cmp, list []any) Expr {
	values := b.values(list, c.Path.Kind)
	switch {
	case c.Op == In:
		c.Value = values
		return c
	case len(values) == 1:
		c.Value = values[0]
		return c
	case c.Op == Ne:
		c.Op, c.Value = In, values
		return Not{c}
	}
	c.Op, c.Value = In, values
	return c
}

func (b *binder) values(list []any, kind Kind) []any {
	out := make([]any, 0, len(list))
	for _, v := range list {
		switch x := v.(type) {
		case RelativeTime:
			out = append(out, x.At(b.env, kind))
		case relativeMe:
			if b.env.Me != "" {
				out = append(out, b.env.Me)
			}
		case relativeDepartment:
			ids := b.env.MyDepartments
			if x.below {
				ids = b.env.MyDepartmentsBelow
			}
			for _, id := range ids {
				out = append(out, id)
			}
		default:
			out = append(out, v)
		}
	}
	return out
}
