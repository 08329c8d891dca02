package record

import (
	"context"
	"maps"

	"github.com/google/uuid"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// newItem begins a new record.
func (u *unit) newItem(e *model.Entity) *item {
	id := u.nextID()
	after := make(map[string]any, len(e.Fields)+6)
	after["id"], after["created_at"], after["updated_at"] = id, u.stamp, u.stamp
	if by := u.call.Actor.UserID; by != "" {
		after["created_by"], after["updated_by"] = by, by
	}
	return u.add(&item{entity: e, id: id, op: opCreate, after: after})
}

func (u *unit) nextID() string {
	if len(u.ids) == 0 {
		return newID()
	}
	id := u.ids[0]
	u.ids = u.ids[1:]
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

// enter brings the values that a person gives through every step before the
// commit but the stage: values, defaults, hooks, formulas, references, files,
// child rows, rights on the row. Problems gather in the unit.
func (u *unit) enter(ctx context.Context, it *item, values map[string]any) error {
	rows := u.takeValues(it, values)
	if it.op == opCreate {
		u.takeDefaults(it)
	}
	wrong := len(u.problems) > 0
	if !wrong {
		if err := u.runHooks(ctx, it); err != nil {
			return err
		}
	}
	if it.op == opCreate && !wrong {
		if err := u.takeNumbers(ctx, it); err != nil {
			return err
		}
	}
	for _, g := range rows {
		if err := u.takeRows(ctx, it, g); err != nil {
			return err
		}
	}
	if _, err := u.compute(ctx, it); err != nil {
		return err
	}
	if err := u.checkReferences(ctx, it); err != nil {
		return err
	}
	if err := u.checkParents(ctx, it); err != nil {
		return err
	}
	if err := u.linkFiles(ctx, it, it.before); err != nil {
		return err
	}
	u.checkRow(it, wrong)
	u.checkRequired(it)
	u.checkBuiltIn(it)
	return nil
}

// judge asks what can only be asked once roll-ups and formulas are right: the
// conditions of the JSON Schema and the stage machine.
func (u *unit) judge(ctx context.Context) error {
	for _, it := range u.items {
		if !it.direct || it.op != opCreate && it.op != opUpdate || len(u.problems) > 0 {
			continue
		}
		if it.op == opUpdate && len(it.diff()) == 0 {
			continue // what stays as it is need not pass rules that came later
		}
		u.checkExtra(it)
		if err := u.moveStage(ctx, it); err != nil {
			return err
		}
	}
	return u.verdict()
}

// checkRow asks for the rights on the row: before an update, after a create.
func (u *unit) checkRow(it *item, wrong bool) {
	if it.op != opCreate {
		u.checkWritable(it, schemas.OpUpdate, it.before)
		return
	}
	if u.rights.Can(it.entity.Key, schemas.OpCreate, it.after) {
		u.checkWritable(it, schemas.OpCreate, it.after)
		return
	}
	if !wrong {
		u.refuse(problem.New(problem.Forbidden, "no_right", nil))
	}
}

// checkBuiltIn keeps the one account that can always mend the others.
func (u *unit) checkBuiltIn(it *item) {
	if it.entity.Key != userEntity || text(it.before, "login") != adminLogin {
		return
	}
	if text(it.after, "login") != adminLogin {
		u.problem("/login", "admin_stays")
	}
	if active, set := it.after["active"].(bool); set && !active {
		u.problem("/active", "admin_stays")
	}
}

const (
	userEntity = "user"
	adminLogin = "admin"
)

// runHooks lets the hooks see and change a record that a person writes. What
// they changed is checked like any value.
func (u *unit) runHooks(ctx context.Context, it *item) error {
	if len(u.s.hooks) == 0 || !it.direct {
		return nil
	}
	seen := maps.Clone(it.after)
	ch := u.change(it)
	for _, h := range u.s.hooks {
		if err := h.Before(ctx, u.call, ch); err != nil {
			return err
		}
	}
	if it.op == opDelete {
		return nil
	}
	it.after = ch.After
	for key, v := range it.after {
		if !sameValue(seen[key], v) {
			u.takeHooked(it, key, v)
		}
	}
	for key := range seen {
		if model.IsSystem(key) && it.after[key] == nil {
			it.after[key] = seen[key]
		}
	}
	return nil
}

// takeHooked checks a value that a hook wrote in stored form.
func (u *unit) takeHooked(it *item, key string, v any) {
	f := it.entity.ByKey[key]
	if f == nil || f.Computed || f.Def.FieldType == schemas.TypeChildRows {
		u.problem(it.at+problem.Pointer(key), "hook_unknown_field", "field", key)
		return
	}
	if v = storedForm(v); v == nil {
		delete(it.after, key)
		return
	}
	u.takeValue(it, f, f.Type.Wire(f, v))
}

// change shows an item to hooks and effects.
func (u *unit) change(it *item) *Change {
	return &Change{Op: it.op, Entity: it.entity.Key, ID: it.id, Before: it.before, After: it.after, At: u.at}
}
