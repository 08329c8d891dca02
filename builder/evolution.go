package builder

import (
	"context"
	"errors"
	"fmt"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// evolution is what a new set of definitions means for present records.
type evolution struct {
	removals    []removal
	conversions []conversion
	// retained are fields that are not in the new set although records have values
	// of them: entity → field → its last definition.
	retained retainedFields
}

type retainedFields map[string]map[string]*schemas.Field

// conversion is a conversion of one field of an entity; at is its path.
type conversion struct {
	entity, at string
	model.Conversion
}

// Replacement replaces a choice of a field by another one in all records.
type Replacement struct {
	Entity string `json:"entity"`
	Field  string `json:"field"`
	From   string `json:"from"`
	To     string `json:"to"`
}

// Conversions says how fields are converted beyond what their types say.
type Conversions struct {
	Replace []Replacement
	// Titles is the language in which choices become text by their titles, "" for
	// their keys.
	Titles string
}

// evolve compares the published entities, and fields that are out of sight, with set:
// what is in force, see model.WithBuiltIn.
func (b *Builder) evolve(ctx context.Context, set *schemas.Set, how Conversions) (*evolution, error) {
	retained, err := b.retained(ctx)
	if err != nil {
		return nil, err
	}
	ev := &evolution{retained: retainedFields{}}
	m := b.current.Model()
	if m == nil {
		return ev, nil
	}
	for _, old := range model.WithBuiltIn(m.Set).Entities {
		if e, ok := m.Entity(old.Key); ok {
			ev.entity(e, set)
		}
	}
	for entity, fields := range retained {
		d, _ := set.Get(schemas.KindEntity, entity)
		for key, old := range fields {
			ev.reappears(m, entity, key, old, d)
		}
	}
	ev.replace(set, how.Replace)
	zone := b.zone().String()
	for i := range ev.conversions {
		ev.conversions[i].Titles, ev.conversions[i].Zone = how.Titles, zone
	}
	return ev, nil
}

// entity compares one published entity with its next definition.
func (ev *evolution) entity(e *model.Entity, set *schemas.Set) {
	at := problem.Pointer(schemas.KindEntity, e.Key)
	d, ok := set.Get(schemas.KindEntity, e.Key)
	if !ok {
		ev.removals = append(ev.removals, removal{at: at, code: "entity_removed", params: []any{"entity", e.Key}, collection: e.Key})
		for _, f := range e.Fields {
			ev.retain(f)
		}
		return
	}
	for _, f := range e.Fields {
		now := d.(*schemas.Entity).Properties.Get(f.Key)
		here := at + problem.Pointer("properties", f.Key)
		switch {
		case now == nil:
			ev.retain(f)
			if noData(f.Def) {
				continue
			}
		case changesType(f.Def, now) && (model.IsComputed(f.Def) || model.Convertible(f.Def, now)):
			ev.convert(e.Key, f.Key, here, f.Def, now)
			continue
		}
		ev.removals = append(ev.removals, fieldRemovals(f, now, here)...)
	}
}

// noData tells whether the values of a field are computed, so that nothing is
// lost when it is removed.
func noData(f *schemas.Field) bool {
	return model.IsComputed(f) || f.FieldType == schemas.TypeAutoNumber
}

// changesType tells whether stored values of a field have another form under its
// next definition.
func changesType(old, now *schemas.Field) bool {
	return old.FieldType != now.FieldType || old.FieldType == schemas.TypeFormula && old.Result != now.Result
}

func (ev *evolution) retain(f *model.Field) {
	if f.UsesClock || f.IsChildRows() {
		return // not stored with the record
	}
	fields := ev.retained[f.Entity.Key]
	if fields == nil {
		fields = map[string]*schemas.Field{}
		ev.retained[f.Entity.Key] = fields
	}
	fields[f.Key] = f.Def
}

// reappears finds a field that was out of sight and is defined again.
func (ev *evolution) reappears(m *model.Model, entity, key string, old *schemas.Field, d schemas.Definition) {
	e, _ := d.(*schemas.Entity)
	if e == nil || e.Properties.Get(key) == nil {
		if fields := ev.retained[entity]; fields == nil {
			ev.retained[entity] = map[string]*schemas.Field{key: old}
		} else if fields[key] == nil {
			fields[key] = old
		}
		return
	}
	if published, ok := m.Entity(entity); ok && published.ByKey[key] != nil {
		return
	}
	now := e.Properties.Get(key)
	at := problem.Pointer(schemas.KindEntity, entity, "properties", key)
	if !changesType(old, now) && old.Entity == now.Entity && old.Currency == now.Currency {
		return
	}
	if model.IsComputed(old) || changesType(old, now) && model.Convertible(old, now) {
		ev.convert(entity, key, at, old, now)
		return
	}
	if f := model.FieldOf(key, old); f != nil {
		ev.removals = append(ev.removals, removal{at: at, code: "field_type_changed", field: key, params: []any{"field", key},
			collection: entity, where: query.Cmp{Path: f.Path(), Op: query.Present}})
	}
}

func (ev *evolution) convert(entity, field, at string, from, to *schemas.Field) {
	c := model.Conversion{Field: field, From: from, To: to}
	ev.conversions = append(ev.conversions, conversion{entity, at, c})
}

// replace adds the replacements of choices, which need no removal then.
func (ev *evolution) replace(set *schemas.Set, list []Replacement) {
	for _, r := range list {
		d, _ := set.Get(schemas.KindEntity, r.Entity)
		e, _ := d.(*schemas.Entity)
		if e == nil || e.Properties.Get(r.Field) == nil {
			continue // refused by checkReplacements
		}
		f := e.Properties.Get(r.Field)
		at := problem.Pointer(schemas.KindEntity, r.Entity, "properties", r.Field)
		found := false
		for i := range ev.conversions {
			c := &ev.conversions[i]
			if c.entity == r.Entity && c.Field == r.Field {
				if found = true; c.Replace == nil {
					c.Replace = map[string]string{}
				}
				c.Replace[r.From] = r.To
			}
		}
		if !found {
			c := model.Conversion{Field: r.Field, From: f, To: f, Replace: map[string]string{r.From: r.To}}
			ev.conversions = append(ev.conversions, conversion{r.Entity, at, c})
		}
		kept := ev.removals[:0]
		for _, l := range ev.removals {
			if !(l.collection == r.Entity && l.field == r.Field && l.choice == r.From) {
				kept = append(kept, l)
			}
		}
		ev.removals = kept
	}
}

// checkReplacements finds what is wrong with the replacements of a proposal.
func (b *Builder) checkReplacements(set *schemas.Set, list []Replacement) []problem.Field {
	var problems []problem.Field
	for i, r := range list {
		at := problem.Pointer("replace", i)
		d, _ := set.Get(schemas.KindEntity, r.Entity)
		e, _ := d.(*schemas.Entity)
		if e == nil {
			problems = append(problems, problem.At(at+"/entity", "unknown_entity", "entity", r.Entity))
			continue
		}
		f := e.Properties.Get(r.Field)
		if f == nil || f.FieldType != schemas.TypeChoice && f.FieldType != schemas.TypeMultiChoice {
			problems = append(problems, problem.At(at+"/field", "replace_field", "field", r.Field))
			continue
		}
		for _, machine := range set.StageMachines {
			if machine.Entity == r.Entity && machine.Field == r.Field {
				problems = append(problems, problem.At(at+"/field", "replace_stage", "field", r.Field))
			}
		}
		offered := false
		for _, c := range f.Choices {
			offered = offered || c.Key == r.To && !c.IsRetired()
		}
		if !offered || r.From == r.To {
			problems = append(problems, problem.At(at+"/to", "not_a_choice"))
		}
	}
	return problems
}

// retained reads the fields that are out of sight in the newest version.
func (b *Builder) retained(ctx context.Context) (retainedFields, error) {
	if b.version() == 0 {
		return nil, nil
	}
	row, err := definitions.Get(ctx, b.store, model.VersionID(b.version()))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("builder: %w", err)
	}
	return row.Retained, nil
}

// byEntity gives the conversions of the jobs to be done.
func (ev *evolution) byEntity() map[string][]model.Conversion {
	out := map[string][]model.Conversion{}
	for _, c := range ev.conversions {
		// One that is exact has a job, too: it brings back values that an earlier
		// conversion has put out of sight.
		out[c.entity] = append(out[c.entity], c.Conversion)
	}
	return out
}
