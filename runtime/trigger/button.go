package trigger

import (
	"context"
	"slices"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// Press starts the run of a button of a record, and writes the values of its form to
// the record in the same commit. It gives the id of the run. Errors: not_found for a
// record that the caller may not see and for a button that it does not have,
// forbidden, invalid for values that the form does not ask for, those of an update,
// and conflict when the button's filter does not hold.
func (s *Service) Press(ctx context.Context, c record.Call, entity, id, key string, values map[string]any) (string, error) {
	rights, err := s.o.Access.Rights(ctx, c.Actor)
	if err != nil {
		return "", err
	}
	doc, err := readDoc(ctx, s.o.Store, entity, id)
	if err != nil {
		return "", err
	}
	if !rights.Allowed(entity, schemas.OpRead) {
		return "", rights.NoEntity(entity)
	}
	if doc == nil || !rights.Can(entity, schemas.OpRead, doc) {
		return "", read.NotFound()
	}
	m := rights.Model
	t := m.Triggers[key]
	if t == nil || !t.Def.IsEnabled() || t.Def.On.Event != schemas.EventButton || t.Entity.Key != entity {
		return "", problem.New(problem.NotFound, "no_such_button", map[string]any{"trigger": key})
	}
	if !mayPress(t, rights, doc) {
		return "", problem.New(problem.Forbidden, "no_right", nil)
	}
	if err := formValues(t, values); err != nil {
		return "", err
	}
	r, ops, err := s.pressed(ctx, c, m, t, doc)
	if err != nil {
		return "", err
	}
	if len(values) == 0 {
		return r.ID, changedMeanwhile(s.commitOps(ctx, ops))
	}
	c.Ops = append(c.Ops, ops...)
	_, err = s.o.Records.Update(ctx, c, entity, id, values)
	return r.ID, err
}

// MayPress tells whether somebody may press a button on some record: with one of its
// roles, or without such whoever may change records.
func MayPress(t *model.Trigger, rights *access.Rights) bool {
	roles := t.Def.On.Roles
	if len(roles) == 0 {
		return rights.Allowed(t.Entity.Key, schemas.OpUpdate)
	}
	return rights.Actor.Admin || slices.Contains(roles, access.RoleMember) ||
		slices.ContainsFunc(rights.Actor.Roles, func(role string) bool { return slices.Contains(roles, role) })
}

// mayPress is MayPress for one record.
func mayPress(t *model.Trigger, rights *access.Rights, doc map[string]any) bool {
	return MayPress(t, rights) && (len(t.Def.On.Roles) > 0 || rights.Can(t.Entity.Key, schemas.OpUpdate, doc))
}

// formValues checks that the form of a button asks for the values.
func formValues(t *model.Trigger, values map[string]any) error {
	var problems []problem.Field
	for key := range values {
		if !slices.ContainsFunc(t.On.Form, func(f *model.Field) bool { return f.Key == key }) {
			problems = append(problems, problem.At("/values"+problem.Pointer(key), "unknown_field", "field", key))
		}
	}
	if len(problems) > 0 {
		return problem.Of(problem.Invalid, problems...)
	}
	return nil
}

// pressed is the run of a button with the operations that start it.
func (s *Service) pressed(ctx context.Context, c record.Call, m *model.Model, t *model.Trigger, doc map[string]any) (*Run, []store.Op, error) {
	env := &model.ValueEnv{Record: doc, Old: doc, Get: newDocReader(ctx, s.o.Store).get, Query: s.o.Effect.queryEnv(c.Actor, s.now())}
	ok, err := t.Where.Holds(env, nil)
	if err != nil {
		return nil, nil, err
	}
	if !ok {
		return nil, nil, problem.New(problem.Conflict, "button_unavailable", nil)
	}
	r := newRun(m, t, origin{call: c, event: schemas.EventButton, at: s.now()})
	r.Record, _ = doc["id"].(string)
	r.Old = oldFields(t, &record.Event{Op: "update", Before: doc})
	ops, err := startOps([]*Run{r}, s.now())
	return r, ops, err
}
