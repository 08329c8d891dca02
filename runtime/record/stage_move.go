package record

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/stage"
)

// visitMove is what a change of stage means for the stage visits.
type visitMove struct{ from, to, reason string }

// moveStage asks the stage machine. Nobody skips it, not even an admin; only
// an import of history takes stages as given.
func (u *unit) moveStage(ctx context.Context, it *item) error {
	m := it.entity.Machine
	if m == nil {
		return nil
	}
	from, to := text(it.before, m.Field.Key), text(it.after, m.Field.Key)
	if to == "" && from != "" {
		u.requireOnce(it.at + problem.Pointer(m.Field.Key))
		return nil
	}
	if u.call.Historical {
		if from != to {
			it.move = &visitMove{from: from, to: to, reason: it.comment}
		}
		return nil
	}
	var failed error
	move, refused := stage.Evaluate(u.stageInput(ctx, it, &failed))
	if failed != nil {
		return failed
	}
	if refused != nil {
		for i := range refused.Fields {
			refused.Fields[i].Path = it.at + refused.Fields[i].Path
		}
		u.refuse(refused)
		return nil
	}
	if move == nil {
		return nil
	}
	it.move = &visitMove{from: move.From, to: move.To, reason: move.Reason}
	u.checkReason(it)
	_, err := u.compute(ctx, it)
	return err
}

func (u *unit) stageInput(ctx context.Context, it *item, failed *error) stage.Input {
	row := it.before
	if row == nil {
		row = it.after
	}
	return stage.Input{
		Machine: it.entity.Machine, Before: it.before, After: it.after, Comment: it.comment, Now: u.at,
		Given: it.given, Roles: u.call.Actor.Roles,
		MayTransition: func(key string) bool { return u.rights.CanTransition(it.entity.Key, key, row) },
		MediaTypes: func(ids []string) []string {
			types, err := u.mediaTypes(ctx, ids)
			if err != nil {
				*failed = err
			}
			return types
		},
		Match: func(g model.Guard, after map[string]any) bool {
			ok, err := u.matches(ctx, g.Where, it.entity, after, true)
			if err != nil {
				*failed = err
			}
			return ok
		},
		HasRows: func(key string) bool {
			has, err := u.hasRows(ctx, it, key)
			if err != nil {
				*failed = err
			}
			return has
		},
	}
}

// hasRows tells whether a child-rows field will hold a row.
func (u *unit) hasRows(ctx context.Context, it *item, key string) (bool, error) {
	if rows, changed := it.rowsAfter[key]; changed {
		return len(rows) > 0, nil
	}
	f := it.entity.ByKey[key]
	if f == nil || f.Target == nil || f.Target.Child == nil || it.op == opCreate {
		return false, nil
	}
	rows, err := u.childRows(ctx, f.Target, it)
	return len(rows) > 0, err
}

// checkReason holds a comment that became a field's value against that field.
func (u *unit) checkReason(it *item) {
	if it.comment == "" {
		return
	}
	for _, t := range it.entity.Machine.Transitions {
		r := t.Def.Reason
		if r == nil || r.Field == "" || t.Def.To != it.move.to || it.given[r.Field] {
			continue
		}
		f := it.entity.ByKey[r.Field]
		if f == nil || it.after[f.Key] == nil || sameValue(it.after[f.Key], it.before[f.Key]) {
			continue
		}
		stored, ps := f.Type.Normalise(f, it.after[f.Key])
		for _, p := range ps {
			p.Path = it.at + "/comment"
			u.problems = append(u.problems, p)
		}
		if len(ps) == 0 {
			it.set(f.Key, storedForm(stored))
			u.reasoned = true
		}
		return
	}
}
