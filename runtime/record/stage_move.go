package record

import (
	"context"
	"slices"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/stage"
)

// stageMove is a move that a change makes.
type stageMove struct {
	StageMove
	machine *model.StageMachine
}

// stages moves records through their stage machines.
type stages struct {
	*snapshot
	*problemList
	derived *derivedFields
	files   *fileLinks
	// valuesSet says that a move may have set values, from which more is computed.
	valuesSet bool
}

// moveStages asks the stage machines of a record that the caller writes. Nobody
// skips them, not even an admin; only an import of history takes stages as given.
func (sm *stages) moveStages(ctx context.Context, ch *change) error {
	for _, m := range ch.entity.Machines {
		if err := sm.moveStage(ctx, ch, m); err != nil {
			return err
		}
	}
	return nil
}

func (sm *stages) moveStage(ctx context.Context, ch *change, m *model.StageMachine) error {
	from, to := text(ch.before, m.Field.Key), text(ch.after, m.Field.Key)
	if to == "" && from != "" {
		sm.requireOnce(ch.path + problem.Pointer(m.Field.Key))
		return nil
	}
	if sm.call.Historical {
		if from != to {
			ch.moves = append(ch.moves, stageMove{machine: m, StageMove: StageMove{Field: m.Field.Key, From: from, To: to, Reason: ch.comment}})
		}
		return nil
	}
	move, refused, err := sm.evaluate(ctx, ch, m)
	switch {
	case err != nil:
		return err
	case refused != nil:
		refused.Fields = sm.rights.Tellable(ch.entity.Key, refused.Fields)
		for i := range refused.Fields {
			refused.Fields[i].Path = ch.path + refused.Fields[i].Path
		}
		sm.refuse(refused)
		return nil
	case move == nil:
		return nil
	}
	moved := stageMove{machine: m, StageMove: StageMove{Field: m.Field.Key, From: move.From, To: move.To, Reason: move.Reason}}
	ch.moves = append(ch.moves, moved)
	sm.valuesSet = sm.valuesSet || slices.ContainsFunc(m.Transitions, func(t *model.Transition) bool { return len(t.Set) > 0 })
	sm.checkReason(ch, moved)
	changed, err := sm.derived.compute(ctx, ch)
	sm.valuesSet = sm.valuesSet || changed
	return err
}

// checkStay asks the stage machines of a record that follows changes of others:
// its child rows, its roll-ups, references that a deletion clears. What the
// stage locks and guards for the whole stay holds for these, too.
func (sm *stages) checkStay(ctx context.Context, ch *change) error {
	for _, m := range ch.entity.Machines {
		now := m.Stages[text(ch.after, m.Field.Key)]
		if sm.call.Historical || now == nil || len(now.Stay) == 0 && !now.Def.Lock.All && len(now.Def.Lock.Only) == 0 {
			continue
		}
		_, refused, err := sm.evaluate(ctx, ch, m)
		if err != nil {
			return err
		}
		if refused != nil {
			for i := range refused.Fields {
				refused.Fields[i].Path = "" // of a record that the caller did not name
			}
			sm.refuse(refused)
		}
	}
	return nil
}

func (sm *stages) evaluate(ctx context.Context, ch *change, m *model.StageMachine) (*stage.Move, *problem.Error, error) {
	var failed error
	move, refused := stage.Evaluate(sm.stageInput(ctx, ch, m, &failed))
	return move, refused, failed
}

func (sm *stages) stageInput(ctx context.Context, ch *change, m *model.StageMachine, failed *error) stage.Input {
	row := ch.before
	if row == nil {
		row = ch.after
	}
	before := ch.before
	if len(ch.movedByMerge) > 0 && !ch.direct { // the same record by another name: no lock stands against it
		before = copyDoc(before)
		for _, key := range ch.movedByMerge {
			before[key] = ch.after[key]
		}
	}
	return stage.Input{
		Machine: m, Before: before, After: ch.after, Comment: ch.comment,
		Env:   query.Env{Now: sm.at, Zone: sm.s.zone(), Me: sm.call.Actor.UserID},
		Given: ch.given, Roles: sm.call.Actor.Roles,
		MayTransition: func(key string) bool { return sm.rights.CanTransition(ch.entity.Key, key, row) },
		MediaTypes: func(ids []string) []string {
			types, err := sm.files.mediaTypes(ctx, ids)
			if err != nil {
				*failed = err
			}
			return types
		},
		Match: func(g model.Guard, after map[string]any) bool {
			ok, err := sm.matches(ctx, g.Where, ch.entity, after, true)
			if err != nil {
				*failed = err
			}
			return ok
		},
		HasRows: func(key string) bool {
			return sm.anyRow(ctx, ch, key, failed, func(row *change) bool { return row.refersToParent(ch) })
		},
		HadRows: func(key string) bool {
			return sm.anyRow(ctx, ch, key, failed, func(row *change) bool { return row.before != nil && row.op != opCreate && row.op != opRestore })
		},
		RowsChanged: func(key string) bool {
			return sm.anyRow(ctx, ch, key, failed, func(row *change) bool { return row.op != "" && (row.op != opUpdate || len(row.diff()) > 0) })
		},
	}
}

// anyRow tells whether one of the child rows of a field, as they were or will
// be, has a property.
func (sm *stages) anyRow(ctx context.Context, parent *change, key string, failed *error, has func(row *change) bool) bool {
	f := parent.entity.ByKey[key]
	if f == nil || f.Target == nil || f.Target.Child == nil {
		return false
	}
	if _, err := sm.childRows(ctx, f.Target, parent); err != nil {
		*failed = err
		return false
	}
	ref := f.Target.Child.Field.Key
	return slices.ContainsFunc(sm.changes, func(row *change) bool {
		return row.entity == f.Target && (text(row.before, ref) == parent.id || text(row.after, ref) == parent.id) && has(row)
	})
}

// refersToParent tells whether a child row will be one of parent.
func (ch *change) refersToParent(parent *change) bool {
	return text(ch.after, ch.entity.Child.Field.Key) == parent.id
}

// checkReason validates a comment that became a field's value.
func (sm *stages) checkReason(ch *change, move stageMove) {
	if ch.comment == "" {
		return
	}
	for _, t := range move.machine.Transitions {
		r := t.Def.Reason
		if r == nil || r.Field == "" || t.Def.To != move.To || ch.given[r.Field] {
			continue
		}
		f := ch.entity.ByKey[r.Field]
		if f == nil || ch.after[f.Key] == nil || sameValue(ch.after[f.Key], ch.before[f.Key]) {
			continue
		}
		stored, ps := f.FromWire(ch.after[f.Key])
		for _, p := range ps {
			p.Path = ch.path + "/comment"
			sm.problems = append(sm.problems, p)
		}
		if len(ps) == 0 {
			ch.set(f.Key, storedForm(stored))
			sm.valuesSet = true
		}
		return
	}
}
