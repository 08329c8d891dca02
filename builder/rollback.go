package builder

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// Rollback publishes the definitions of an older version again, as a new
// version. Nothing is lost: values of fields that the older version lacks stay
// with their records, out of sight, until the field is published again; choices
// and stages that records are in stay as retired ones; fields with another type
// are converted back.
func (b *Builder) Rollback(ctx context.Context, by string, version int64) (int64, error) {
	set, err := b.Definitions(ctx, version)
	if err != nil {
		return 0, err
	}
	ctx, unlock, err := b.lockPublishing(ctx)
	if err != nil {
		return 0, err
	}
	defer unlock()
	if set, err = b.retireUsed(ctx, set); err != nil {
		return 0, err
	}
	return b.publishLocked(ctx, publication{by: by, cause: "rollback", of: strconv.FormatInt(version, 10), set: set, force: true, keep: true})
}

// retireUsed adds to set, as retired, the published choices and stages that it
// lacks and records have.
func (b *Builder) retireUsed(ctx context.Context, set *schemas.Set) (*schemas.Set, error) {
	out := set.Clone()
	m := b.current.Model()
	if m == nil {
		return out, nil
	}
	for _, d := range model.WithBuiltIn(set).Entities {
		e, ok := m.Entity(d.Key)
		if !ok {
			continue
		}
		for _, f := range e.Fields {
			used, err := b.usedChoices(ctx, f, d.Properties.Get(f.Key))
			if err != nil {
				return nil, err
			}
			if len(used) > 0 {
				addRetired(out, f, used, m.InForce.StageMachines)
			}
		}
	}
	return out, nil
}

// definedIn is the definition of set that brings a field: its entity, or one that
// extends it.
func definedIn(set *schemas.Set, f *model.Field) *schemas.Entity {
	for _, d := range set.Entities {
		if (d.Key == f.Entity.Key || d.Extends == f.Entity.Key) && model.IsInForce(set, d) && d.Properties.Get(f.Key) != nil {
			return d
		}
	}
	return nil
}

// usedChoices are the published choices that now lacks and records have.
func (b *Builder) usedChoices(ctx context.Context, f *model.Field, now *schemas.Field) ([]schemas.Choice, error) {
	if now == nil || now.FieldType != f.Def.FieldType {
		return nil, nil
	}
	var used []schemas.Choice
	for _, c := range f.Def.Choices {
		if slices.ContainsFunc(now.Choices, func(x schemas.Choice) bool { return x.Key == c.Key }) {
			continue
		}
		n, err := b.store.Count(ctx, f.Entity.Key, query.Cmp{Path: f.Path(), Op: query.Eq, Value: c.Key}, 1)
		if err != nil {
			return nil, fmt.Errorf("builder: records of %s: %w", f.Entity.Key, err)
		}
		if n > 0 {
			c.Retired = true
			used = append(used, c)
		}
	}
	return used, nil
}

// addRetired adds choices to a field of set and the stages of the same keys to
// its stage machine; guards and locks, which may name newer fields, go.
func addRetired(set *schemas.Set, field *model.Field, used []schemas.Choice, published []*schemas.StageMachine) {
	d := definedIn(set, field)
	if d == nil {
		return // a choice field of weft itself, which no version lacks
	}
	e := *d
	e.Properties = slices.Clone(e.Properties)
	for i, f := range e.Properties {
		if f.Key == field.Key {
			changed := *f
			changed.Choices = append(slices.Clone(f.Choices), used...)
			e.Properties[i] = &changed
		}
	}
	set.Add(&e)
	for _, machine := range set.StageMachines {
		if machine.Entity != field.Entity.Key || machine.Field != field.Key {
			continue
		}
		changed := *machine
		changed.Stages = slices.Clone(machine.Stages)
		for _, c := range used {
			changed.Stages = append(changed.Stages, retiredStage(c.Key, machine.Key, published))
		}
		set.Add(&changed)
		return
	}
}

func retiredStage(key, machine string, published []*schemas.StageMachine) schemas.Stage {
	s := schemas.Stage{Key: key, Title: schemas.Title{ZhCN: key, En: key}, Type: "open"}
	for _, m := range published {
		for _, old := range m.Stages {
			if m.Key == machine && old.Key == key {
				s.Title, s.Type, s.Probability = old.Title, old.Type, old.Probability
			}
		}
	}
	s.Retired = true
	return s
}
