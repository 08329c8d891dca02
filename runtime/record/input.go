package record

import (
	"context"
	"maps"

	"github.com/google/uuid"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// newChange begins a new record.
func (cs *changeset) newChange(e *model.Entity) *change {
	id := cs.nextID()
	after := make(map[string]any, len(e.Fields)+6)
	after["id"], after["created_at"], after["updated_at"] = id, cs.stamp, cs.stamp
	if by := cs.call.Actor.UserID; by != "" {
		after["created_by"], after["updated_by"] = by, by
	}
	return cs.add(&change{entity: e, id: id, op: opCreate, after: after})
}

func (cs *changeset) nextID() string {
	if len(cs.ids) == 0 {
		return newID()
	}
	id := cs.ids[0]
	cs.ids = cs.ids[1:]
	return id
}

// newID makes a UUIDv7: ids sort by creation.
func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic("record: no randomness: " + err.Error()) // crypto/rand never fails on supported systems
	}
	return id.String()
}

// applyInput brings the values that a person gives through every step before the
// commit but the stage: values, defaults, hooks, formulas, references, files,
// child rows, rights on the row. Problems gather in the unit.
func (cs *changeset) applyInput(ctx context.Context, ch *change, values map[string]any) error {
	rows := cs.setValues(ch, values)
	if ch.op == opCreate {
		cs.setDefaults(ch)
	}
	wrong := len(cs.problems) > 0
	if !wrong {
		if err := cs.runHooks(ctx, ch); err != nil {
			return err
		}
	}
	if ch.op == opCreate && !wrong {
		if err := cs.setAutoNumbers(ctx, ch); err != nil {
			return err
		}
	}
	for _, g := range rows {
		if err := cs.applyChildRows(ctx, ch, g); err != nil {
			return err
		}
	}
	if _, err := cs.compute(ctx, ch); err != nil {
		return err
	}
	if err := cs.checkReferences(ctx, ch); err != nil {
		return err
	}
	if err := cs.checkParents(ctx, ch); err != nil {
		return err
	}
	if err := cs.linkFiles(ctx, ch, ch.before); err != nil {
		return err
	}
	cs.checkRow(ch, wrong)
	cs.checkRequired(ch)
	cs.checkBuiltIn(ch)
	return nil
}

// validate asks what can only be asked once roll-ups and formulas are right: the
// conditions of the JSON Schema and the stage machine.
func (cs *changeset) validate(ctx context.Context) error {
	for _, ch := range cs.changes {
		if !ch.direct || ch.op != opCreate && ch.op != opUpdate || len(cs.problems) > 0 {
			continue
		}
		if ch.op == opUpdate && len(ch.diff()) == 0 {
			continue // what stays as it is need not pass rules that came later
		}
		cs.checkExtra(ch)
		if err := cs.moveStage(ctx, ch); err != nil {
			return err
		}
	}
	return cs.err()
}

// checkRow asks for the rights on the row: before an update, after a create.
func (cs *changeset) checkRow(ch *change, wrong bool) {
	if ch.op != opCreate {
		cs.checkWritable(ch, schemas.OpUpdate, ch.before)
		return
	}
	if cs.rights.Can(ch.entity.Key, schemas.OpCreate, ch.after) {
		cs.checkWritable(ch, schemas.OpCreate, ch.after)
		return
	}
	if !wrong {
		cs.refuse(problem.New(problem.Forbidden, "no_right", nil))
	}
}

// checkBuiltIn keeps the one account that can always mend the others.
func (cs *changeset) checkBuiltIn(ch *change) {
	if ch.entity.Key != userEntity || text(ch.before, "login") != adminLogin {
		return
	}
	if text(ch.after, "login") != adminLogin {
		cs.problem("/login", "admin_stays")
	}
	if active, set := ch.after["active"].(bool); set && !active {
		cs.problem("/active", "admin_stays")
	}
}

const (
	userEntity = "user"
	adminLogin = "admin"
)

// runHooks lets the hooks see and change a record that a person writes. What
// they changed is checked like any value.
func (cs *changeset) runHooks(ctx context.Context, ch *change) error {
	if len(cs.s.hooks) == 0 || !ch.direct {
		return nil
	}
	seen := maps.Clone(ch.after)
	ev := cs.event(ch)
	for _, h := range cs.s.hooks {
		if err := h.Before(ctx, cs.call, ev); err != nil {
			return err
		}
	}
	if ch.op == opDelete {
		return nil
	}
	ch.after = ev.After
	for key, v := range ch.after {
		if !sameValue(seen[key], v) {
			cs.setHookValue(ch, key, v)
		}
	}
	for key := range seen {
		if model.IsSystem(key) && ch.after[key] == nil {
			ch.after[key] = seen[key]
		}
	}
	return nil
}

// setHookValue checks a value that a hook wrote in stored form.
func (cs *changeset) setHookValue(ch *change, key string, v any) {
	f := ch.entity.ByKey[key]
	if f == nil || f.Computed || f.Def.FieldType == schemas.TypeChildRows {
		cs.problem(ch.path+problem.Pointer(key), "hook_unknown_field", "field", key)
		return
	}
	if v = storedForm(v); v == nil {
		delete(ch.after, key)
		return
	}
	cs.setValue(ch, f, f.Type.Wire(f, v))
}

// event shows an item to hooks and effects.
func (cs *changeset) event(ch *change) *Event {
	return &Event{Op: ch.op, Entity: ch.entity.Key, ID: ch.id, Before: ch.before, After: ch.after, At: cs.at}
}
