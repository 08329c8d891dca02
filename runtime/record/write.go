package record

import (
	"context"
	"errors"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// Create makes a record of wire values. Errors: forbidden, invalid, guard,
// transition, unique, conflict and those of the store.
func (s *Service) Create(ctx context.Context, c Call, entity string, values map[string]any) (*Result, error) {
	return s.runOne(ctx, c, func(ctx context.Context, cs *changeset) (*change, error) {
		ch, err := cs.create(entity)
		if err != nil {
			return nil, err
		}
		return ch, cs.applyInput(ctx, ch, values)
	})
}

// Update applies a JSON merge patch of wire values. Errors: those of Create,
// not_found, and stale when c.IfMatch names another revision than the present.
func (s *Service) Update(ctx context.Context, c Call, entity, id string, patch map[string]any) (*Result, error) {
	return s.runOne(ctx, c, func(ctx context.Context, cs *changeset) (*change, error) {
		return cs.update(ctx, entity, id, patch)
	})
}

// Transition moves a record to another stage, with values to fill in on the
// way and a comment that may be its reason. It is an Update of the stage field
// but for one thing: moving to the present stage is no move (409 transition).
func (s *Service) Transition(ctx context.Context, c Call, entity, id, to string, values map[string]any, comment string) (*Result, error) {
	return s.runOne(ctx, c, func(ctx context.Context, cs *changeset) (*change, error) {
		return cs.transition(ctx, entity, id, to, values, comment)
	})
}

func (cs *changeset) transition(ctx context.Context, entity, id, to string, values map[string]any, comment string) (*change, error) {
	ch, err := cs.open(ctx, entity, id, schemas.OpUpdate)
	if err != nil {
		return nil, err
	}
	if len(ch.entity.Machines) == 0 {
		return nil, problem.New(problem.Transition, "no_stages", map[string]any{"entity": ch.entity.Def.Title})
	}
	m := ch.machineTo(to)
	if m == nil {
		return nil, problem.Of(problem.Transition, problem.At("/to", "no_such_stage", "stage", to))
	}
	if cs.stageHidden(ch, m) {
		return nil, problem.Of(problem.Invalid, problem.At("/to", "not_writable"))
	}
	if text(ch.before, m.Field.Key) == to {
		title := m.Stages[to].Def.Title
		return nil, problem.New(problem.Transition, "no_such_move", map[string]any{"from": title, "to": title})
	}
	cs.setComment(ch, comment)
	patch := copyDoc(values)
	patch[m.Field.Key] = to
	return ch, cs.applyInput(ctx, ch, patch)
}

// machineTo finds the stage machine that a move to a stage means: where several
// have the stage, the first with a transition to it from where the record is.
func (ch *change) machineTo(to string) *model.StageMachine {
	list := ch.entity.MachinesWith(to)
	for _, m := range list {
		if m.Transition(text(ch.before, m.Field.Key), to) != nil {
			return m
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// setComment checks a comment as a long text: it stays in the history.
func (in *input) setComment(ch *change, comment string) {
	t, ok := model.TypeOf(schemas.TypeLongText)
	if !ok || comment == "" {
		return
	}
	stored, ps := t.Normalise(&model.Field{Def: &schemas.Field{FieldType: schemas.TypeLongText}}, comment)
	for _, p := range ps {
		p.Path = in.base + "/comment" + p.Path
		in.problems = append(in.problems, p)
	}
	ch.comment, _ = stored.(string)
}

// create begins a new record of the caller.
func (cs *changeset) create(entity string) (*change, error) {
	e, err := cs.writable(entity, schemas.OpCreate)
	if err != nil {
		return nil, err
	}
	ch := cs.newChange(e)
	ch.path, ch.direct = cs.base, true
	return ch, nil
}

// writable finds an entity that callers may write, where the caller may do op on
// some row at all.
func (cs *changeset) writable(entity string, op schemas.Operation) (*model.Entity, error) {
	e, ok := cs.model.Entity(entity)
	if !ok {
		return nil, cs.rights.NoEntity(entity)
	}
	if e.OnlyRead() {
		return nil, problem.New(problem.Forbidden, "built_in_read_only", nil)
	}
	if cs.call.Historical && !cs.rights.Allowed(entity, schemas.OpImportHistory) {
		return nil, problem.New(problem.Forbidden, "no_right_history", nil)
	}
	if !cs.rights.Allowed(entity, op) && !cs.rights.Allowed(entity, schemas.OpRead) || op == schemas.OpCreate && !cs.rights.Allowed(entity, op) {
		return nil, problem.New(problem.Forbidden, "no_right", nil)
	}
	return e, nil
}

// open loads the record that a call is about: not_found when the caller cannot
// see it, forbidden without the right to op, stale when it has moved on from the
// revision that the caller saw.
func (cs *changeset) open(ctx context.Context, entity, id string, op schemas.Operation) (*change, error) {
	e, err := cs.writable(entity, op)
	if err != nil {
		return nil, err
	}
	ch, err := cs.load(ctx, e, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, read.NotFound()
	}
	if err != nil {
		return nil, err
	}
	row := ch.before
	if row == nil { // made by an operation before this one
		row = ch.after
	}
	if seen, err := cs.mayRead(ctx, e, row); err != nil || !seen {
		if err == nil {
			err = read.NotFound()
		}
		return nil, err
	}
	if !cs.rights.Can(entity, op, row) {
		return nil, problem.New(problem.Forbidden, "no_right", nil)
	}
	if cs.call.IfMatch != 0 && cs.call.IfMatch != ch.rev {
		return nil, cs.stale(ctx, ch)
	}
	ch.path, ch.direct = cs.base, true
	if op == schemas.OpUpdate && ch.op == "" {
		ch.op = opUpdate
	}
	return ch, nil
}

// stale carries the record as it is now, cut to its reader.
func (cs *changeset) stale(ctx context.Context, ch *change) error {
	present, err := resultWriter{cs}.render(ctx, ch)
	if err != nil {
		return err
	}
	p := problem.Wrap(problem.Stale, &staleError{docKey{ch.entity.Key, ch.id}})
	p.Extra = map[string]any{"record": present}
	return p
}
