package builder

import (
	"context"
	"fmt"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/schemas"
)

// removal is something published that a new set no longer has, or has in another
// form: what records hold there would be lost or misread.
type removal struct {
	at, code string
	field    string // "" for a whole entity
	choice   string // "" for the whole field
	params   []any
	// collection and where find the records that use it.
	collection string
	where      query.Expr
}

// removalProblems are the removals that publishing would refuse: without force all,
// with it only those that records use, with how many. While values of a field are
// still being converted, nothing of it can be removed.
func (b *Builder) removalProblems(ctx context.Context, removals []removal, force bool) ([]problem.Field, error) {
	var problems []problem.Field
	converting, err := record.PendingConversions(ctx, b.store)
	if err != nil {
		return nil, fmt.Errorf("builder: %w", err)
	}
	for _, l := range removals {
		if converting[l.collection][l.field] { // what records use cannot be counted yet
			problems = append(problems, problem.At(l.at, "conversion_pending", "field", l.field))
			continue
		}
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

func fieldRemovals(f *model.Field, now *schemas.Field, at string) []removal {
	l := removal{at: at, field: f.Key, params: []any{"field", f.Key}, collection: f.Entity.Key, where: query.Cmp{Path: f.Path(), Op: query.Present}}
	if f.IsChildRows() {
		// The rows are records of the child entity that refer to their parent.
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
		return choiceRemovals(f, now, at)
	}
	return []removal{l}
}

func choiceRemovals(f *model.Field, now *schemas.Field, at string) []removal {
	kept := map[string]bool{}
	for _, c := range now.Choices {
		kept[c.Key] = true
	}
	var out []removal
	for i, c := range f.Def.Choices {
		if kept[c.Key] {
			continue
		}
		out = append(out, removal{
			at: at + problem.Pointer("x-choices", i), code: "choice_removed", field: f.Key, choice: c.Key, params: []any{"choice", c.Key},
			collection: f.Entity.Key, where: query.Cmp{Path: f.Path(), Op: query.Eq, Value: c.Key},
		})
	}
	return out
}
