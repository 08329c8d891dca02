package builder

import (
	"context"
	"fmt"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// loss is something published that a new set no longer has, or has in another
// form: what records hold there would be lost or misread.
type loss struct {
	at, code string
	field    string // "" for a whole entity
	params   []any
	// collection and where find the records that use it.
	collection string
	where      query.Expr
}

// vanished finds what records could lose by publishing set. Without force
// every loss is a problem; with it only those that records use, with how many.
func (b *Builder) vanished(ctx context.Context, set *schemas.Set, force bool) ([]problem.Field, error) {
	var problems []problem.Field
	for _, l := range b.losses(set) {
		if !force {
			problems = append(problems, problem.At(l.at, l.code, l.params...))
			continue
		}
		n, err := b.store.Count(ctx, l.collection, l.where, 0)
		if err != nil {
			return nil, fmt.Errorf("builder: records of %s: %w", l.collection, err)
		}
		if n > 0 {
			problems = append(problems, problem.At(l.at, l.code+"_used", append([]any{"records", n}, l.params...)...))
		}
	}
	return problems, nil
}

// losses compares the entities in force with those of set.
func (b *Builder) losses(set *schemas.Set) []loss {
	m := b.current.Model()
	if m == nil {
		return nil
	}
	var out []loss
	for _, old := range m.Set.Entities {
		e, ok := m.Entity(old.Key)
		if !ok {
			continue
		}
		at := problem.Pointer(schemas.KindEntity, old.Key)
		d, ok := set.Get(schemas.KindEntity, old.Key)
		if !ok {
			out = append(out, loss{at: at, code: "entity_removed", params: []any{"entity", old.Key}, collection: old.Key})
			continue
		}
		for _, f := range e.Fields {
			out = append(out, fieldLosses(f, d.(*schemas.Entity).Properties.Get(f.Key), at+problem.Pointer("properties", f.Key))...)
		}
	}
	return out
}

func fieldLosses(f *model.Field, now *schemas.Field, at string) []loss {
	l := loss{at: at, field: f.Key, params: []any{"field", f.Key}, collection: f.Entity.Key, where: query.Cmp{Path: f.Path(), Op: query.Present}}
	if f.IsChildRows() {
		// The rows lie with the child entity, each holding its parent.
		l.collection, l.where = f.Target.Key, nil
	}
	switch {
	case now == nil:
		l.code = "field_removed"
	case now.FieldType != f.Def.FieldType || f.Def.FieldType == schemas.TypeFormula && now.Result != f.Def.Result:
		l.code = "field_type_changed"
	case now.Entity != f.Def.Entity || now.Child != f.Def.Child:
		l.code = "field_target_changed"
	case now.Currency != f.Def.Currency:
		l.code = "currency_changed"
	default:
		return choiceLosses(f, now, at)
	}
	return []loss{l}
}

func choiceLosses(f *model.Field, now *schemas.Field, at string) []loss {
	kept := map[string]bool{}
	for _, c := range now.Choices {
		kept[c.Key] = true
	}
	var out []loss
	for i, c := range f.Def.Choices {
		if kept[c.Key] {
			continue
		}
		out = append(out, loss{
			at: at + problem.Pointer("x-choices", i), code: "choice_removed", field: f.Key, params: []any{"choice", c.Key},
			collection: f.Entity.Key, where: query.Cmp{Path: f.Path(), Op: query.Eq, Value: c.Key},
		})
	}
	return out
}
