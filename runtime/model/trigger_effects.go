package model

import (
	"slices"

	"weft/schemas"
)

// A trigger writes fields, and may thereby start others. effects are the writes
// of an actor with everything that weft computes from them.
type effects struct {
	m    *Model
	seen map[effect]bool
	list []effect
}

// effect is one thing that happens to records of an entity: create, delete,
// restore, or update of a field. Value is what is written, where it is known.
type effect struct {
	entity, op, field string
	value             string
	known             bool
}

func (w *effects) add(e effect) {
	if w.seen[e] {
		return
	}
	w.seen[e] = true
	w.list = append(w.list, e)
	entity := w.m.Entities[e.entity]
	if entity == nil {
		return
	}
	if e.op == "update" {
		w.derived(entity, e.field)
		return
	}
	for _, r := range entity.DependentRollUps {
		w.update(r.Entity, r.Key)
	}
	if e.op == "delete" {
		w.deletion(entity)
	}
}

func (w *effects) update(e *Entity, field string) {
	w.add(effect{entity: e.Key, op: "update", field: field})
}

// derived adds what is computed from a field: formulas of the record, of
// records that refer to it, roll-ups, and what hooks before the change write.
func (w *effects) derived(e *Entity, field string) {
	w.beforeHooks(e, field)
	for _, f := range e.Formulas {
		for _, src := range f.Sources() {
			if src.Entity == e && src.Field != nil && src.Field.Key == field && !src.Across {
				w.update(e, f.Key)
			}
		}
	}
	for _, d := range e.DependentFormulas {
		if d.Source != nil && d.Source.Key == field {
			w.update(d.Formula.Entity, d.Formula.Key)
		}
	}
	for _, r := range e.DependentRollUps {
		for _, src := range r.Sources() {
			if src.Field != nil && src.Field.Key == field || r.RollUp.Reference.Key == field {
				w.update(r.Entity, r.Key)
			}
		}
	}
}

// beforeHooks adds what the hooks before an update write that declare to read the field.
func (w *effects) beforeHooks(e *Entity, field string) {
	for _, s := range w.m.Hooks[e.Key].On("before_update") {
		if slices.ContainsFunc(s.Reads, func(f *Field) bool { return f.Entity == e && f.Key == field }) {
			w.script(s)
		}
	}
}

// script adds what a script declares to write.
func (w *effects) script(s *Script) {
	for _, f := range s.Writes {
		w.update(f.Entity, f.Key)
	}
}

// deletion adds what goes with a record: records that cascade, references that are cleared.
func (w *effects) deletion(e *Entity) {
	for _, f := range e.Referrers {
		switch f.Def.OnDelete {
		case schemas.Cascade:
			w.add(effect{entity: f.Entity.Key, op: "delete"})
		case schemas.Clear:
			w.update(f.Entity, f.Key)
		}
	}
}

// stepEffects adds what the steps of a trigger write.
func (w *effects) stepEffects(steps []*Step) {
	for _, s := range steps {
		w.stepEffect(s)
		for _, list := range s.lists() {
			w.stepEffects(list)
		}
	}
}

func (w *effects) stepEffect(s *Step) {
	if script := w.m.Scripts[s.Def.Script]; script != nil {
		w.script(script)
	}
	if s.Entity == nil {
		return
	}
	switch s.Def.Type {
	case schemas.StepSet, schemas.StepUpdate:
		w.values(s)
	case schemas.StepCreate, schemas.StepTask:
		w.add(effect{entity: s.Entity.Key, op: "create"})
	case schemas.StepDelete:
		w.add(effect{entity: s.Entity.Key, op: "delete"})
	case schemas.StepAssign:
		w.assignment(s)
	case schemas.StepMove:
		w.values(s)
		w.move(s)
	}
}

// assignment adds the owner, and what the rule sets with it.
func (w *effects) assignment(s *Step) {
	r := w.m.AssignmentRules[s.Def.Rule]
	if r == nil || r.Owner == nil {
		return
	}
	w.update(s.Entity, r.Owner.Key)
	for _, a := range r.Values {
		w.update(s.Entity, a.Field.Key)
	}
}

func (w *effects) values(s *Step) {
	for _, v := range s.Values {
		e := effect{entity: s.Entity.Key, op: "update", field: v.Field.Key}
		if v.Value.preset != nil && v.Value.preset.time == nil && !v.Value.preset.user {
			e.value, e.known = canonical(v.Value.preset.stored), true
		}
		w.add(e)
	}
}

// move adds the stage, and what the transitions to it set.
func (w *effects) move(s *Step) {
	to, known := "", len(s.To) == 1 && s.To[0] != nil && s.To[0].constant != nil
	if known {
		to, _ = s.To[0].constant.(string)
	}
	for _, m := range s.Entity.Machines {
		if known && m.Stages[to] == nil {
			continue
		}
		w.add(effect{entity: s.Entity.Key, op: "update", field: m.Field.Key, value: to, known: known})
		for _, t := range m.Transitions {
			if known && t.Def.To != to {
				continue
			}
			for _, a := range t.Set {
				w.update(s.Entity, a.Field.Key)
			}
			if t.Def.Reason != nil && t.Def.Reason.Field != "" && s.Reason != nil {
				w.update(s.Entity, t.Def.Reason.Field)
			}
		}
	}
}

func (e effect) String() string {
	if e.op == "update" {
		return e.entity + "." + e.field
	}
	return e.op + " " + e.entity
}

// canonical is a stored value as a text, to compare it.
func canonical(v any) string { return plainText(v) }
