package record

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/stage"
)

// visitMove is what a change of stage means for the stage visits.
type visitMove struct{ from, to, reason string }

// stages moves records through their stage machines.
type stages struct {
	*snapshot
	*problemList
	derived *derivedFields
	files   *fileLinks
	// commentStored says that the comment of a move became a field's value, from
	// which more is computed.
	commentStored bool
}

// moveStage asks the stage machine. Nobody skips it, not even an admin; only
// an import of history takes stages as given.
func (sm *stages) moveStage(ctx context.Context, ch *change) error {
	m := ch.entity.Machine
	if m == nil {
		return nil
	}
	from, to := text(ch.before, m.Field.Key), text(ch.after, m.Field.Key)
	if to == "" && from != "" {
		sm.requireOnce(ch.path + problem.Pointer(m.Field.Key))
		return nil
	}
	if sm.call.Historical {
		if from != to {
			ch.move = &visitMove{from: from, to: to, reason: ch.comment}
		}
		return nil
	}
	var failed error
	move, refused := stage.Evaluate(sm.stageInput(ctx, ch, &failed))
	if failed != nil {
		return failed
	}
	if refused != nil {
		for i := range refused.Fields {
			refused.Fields[i].Path = ch.path + refused.Fields[i].Path
		}
		sm.refuse(refused)
		return nil
	}
	if move == nil {
		return nil
	}
	ch.move = &visitMove{from: move.From, to: move.To, reason: move.Reason}
	sm.checkReason(ch)
	_, err := sm.derived.compute(ctx, ch)
	return err
}

func (sm *stages) stageInput(ctx context.Context, ch *change, failed *error) stage.Input {
	row := ch.before
	if row == nil {
		row = ch.after
	}
	return stage.Input{
		Machine: ch.entity.Machine, Before: ch.before, After: ch.after, Comment: ch.comment,
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
			has, err := sm.hasRows(ctx, ch, key)
			if err != nil {
				*failed = err
			}
			return has
		},
	}
}

// hasRows tells whether a child-rows field will hold a row.
func (sm *stages) hasRows(ctx context.Context, ch *change, key string) (bool, error) {
	if rows, changed := ch.rowsAfter[key]; changed {
		return len(rows) > 0, nil
	}
	f := ch.entity.ByKey[key]
	if f == nil || f.Target == nil || f.Target.Child == nil || ch.op == opCreate {
		return false, nil
	}
	rows, err := sm.childRows(ctx, f.Target, ch)
	return len(rows) > 0, err
}

// checkReason holds a comment that became a field's value against that field.
func (sm *stages) checkReason(ch *change) {
	if ch.comment == "" {
		return
	}
	for _, t := range ch.entity.Machine.Transitions {
		r := t.Def.Reason
		if r == nil || r.Field == "" || t.Def.To != ch.move.to || ch.given[r.Field] {
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
			sm.commentStored = true
		}
		return
	}
}
