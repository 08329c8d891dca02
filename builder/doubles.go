package builder

import (
	"context"
	"fmt"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// DuplicateValue is a value that several records share although it is to be unique.
type DuplicateValue struct {
	Values  map[string]any `json:"values"`
	Records int64          `json:"records"`
}

// doubles finds the unique keys of m that are new and that present records violate.
func (b *Builder) doubles(ctx context.Context, m *model.Model) ([]problem.Field, error) {
	old := b.current.Model()
	if old == nil {
		return nil, nil
	}
	var problems []problem.Field
	for _, d := range m.InForce.Entities {
		e, ok := m.Entity(d.Key)
		before, existed := old.Entity(d.Key)
		if !ok || !existed {
			continue
		}
		for _, u := range e.Unique {
			if hasUnique(before, u) {
				continue
			}
			samples, err := b.doublesOf(ctx, e, u)
			if err != nil {
				return nil, err
			}
			if len(samples) > 0 {
				problems = append(problems, problem.At(uniqueAt(e, u.Name), "unique_broken", "entity", e.Key, "samples", samples))
			}
		}
	}
	return problems, nil
}

func hasUnique(e *model.Entity, u model.UniqueKey) bool {
	for _, have := range e.Unique {
		if have.Name == u.Name {
			return true
		}
	}
	return false
}

// doublesOf gives some values of a unique key that several records have.
func (b *Builder) doublesOf(ctx context.Context, e *model.Entity, u model.UniqueKey) ([]DuplicateValue, error) {
	a := store.Aggregate{
		Metrics: []query.Metric{{Name: "n", Func: "count"}}, Sort: []store.RowSort{{Name: "n", Desc: true}}, Limit: maxSamples,
	}
	var present query.All
	for _, f := range u.Fields {
		a.Groups = append(a.Groups, query.GroupTerm{Name: f.Key, Path: f.Path()})
		present = append(present, query.Cmp{Path: f.Path(), Op: query.Present})
	}
	a.Where = present
	rows, err := b.store.Aggregate(ctx, e.Key, a)
	if err != nil {
		return nil, fmt.Errorf("builder: records of %s: %w", e.Key, err)
	}
	var list []DuplicateValue
	for _, row := range rows {
		n, _ := row["n"].(int64)
		if n < 2 {
			break
		}
		d := DuplicateValue{Values: map[string]any{}, Records: n}
		for _, f := range u.Fields {
			d.Values[f.Key] = f.Type.Wire(f, row[f.Key])
		}
		list = append(list, d)
	}
	return list, nil
}

// uniqueProblem is the problem of a unique index that present records violate.
func (b *Builder) uniqueProblem(ctx context.Context, m *model.Model, taken *store.UniqueError) (problem.Field, error) {
	at := problem.Pointer(schemas.KindEntity, taken.Collection, "x-unique")
	e, ok := m.Entity(taken.Collection)
	if !ok {
		return problem.At(at, "unique_broken", "entity", taken.Collection), nil
	}
	for _, u := range e.Unique {
		if u.Name == taken.Index {
			samples, err := b.doublesOf(ctx, e, u)
			return problem.At(uniqueAt(e, u.Name), "unique_broken", "entity", e.Key, "samples", samples), err
		}
	}
	return problem.At(at, "unique_broken", "entity", taken.Collection), nil
}
