package record

import (
	"context"
	"time"

	"weft/runtime/problem"
	"weft/schemas"
)

// applyInput brings the values that the caller gives through every step before
// the commit but the stage: values, defaults, hooks, formulas, references,
// files, child rows, rights on the row. Problems gather in the changeset.
func (cs *changeset) applyInput(ctx context.Context, ch *change, values map[string]any) error {
	rows := cs.beginInput(ch, values)
	if len(cs.problems) == 0 && ch.direct {
		if err := cs.runHooks(ctx, ch); err != nil {
			return err
		}
	}
	return cs.finishInput(ctx, ch, rows)
}

// beginInput is what comes before the hooks. It returns the child rows given.
func (cs *changeset) beginInput(ch *change, values map[string]any) []inputRows {
	rows := cs.setValues(ch, values)
	if ch.op == opCreate {
		cs.setDefaults(ch)
	}
	return rows
}

// finishInput is what comes after the hooks.
func (cs *changeset) finishInput(ctx context.Context, ch *change, rows []inputRows) error {
	wrong := len(cs.problems) > 0
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
	return cs.checkTask(ctx, ch)
}

// validate checks what can only be checked once roll-ups and formulas are
// right: the conditions of the JSON Schema and the stage machines.
func (cs *changeset) validate(ctx context.Context, changes []*change) error {
	for _, ch := range changes {
		if ch.op != opCreate && ch.op != opUpdate || len(cs.problems) > 0 {
			continue
		}
		if !ch.direct {
			if err := cs.checkStay(ctx, ch); err != nil {
				return err
			}
			continue
		}
		if ch.op == opUpdate && len(ch.diff()) == 0 {
			continue // what stays as it is need not pass rules that came later
		}
		cs.checkRowLimit(ch)
		cs.checkExtra(ch)
		if err := cs.moveStages(ctx, ch); err != nil {
			return err
		}
	}
	return cs.err()
}

// checkRow asks for the rights on the row: before an update, after a create.
func (in *input) checkRow(ch *change, wrong bool) {
	if ch.byRule {
		return
	}
	if ch.op != opCreate {
		in.checkWritable(ch, schemas.OpUpdate, ch.before)
		return
	}
	if in.rights.Can(ch.entity.Key, schemas.OpCreate, ch.after) {
		in.checkWritable(ch, schemas.OpCreate, ch.after)
		return
	}
	if !wrong {
		in.refuse(problem.New(problem.Forbidden, "no_right", nil))
	}
}

// checkBuiltIn keeps the one account that can always mend the others.
func (in *input) checkBuiltIn(ch *change) {
	if ch.entity.Key != userEntity || text(ch.before, "login") != adminLogin {
		return
	}
	if text(ch.after, "login") != adminLogin {
		in.problem("/login", "admin_stays")
	}
	if active, set := ch.after["active"].(bool); set && !active {
		in.problem("/active", "admin_stays")
	}
}

const (
	userEntity = "user"
	adminLogin = "admin"
)

// event shows a change to effects.
func (ch *change) event(at time.Time) *Event {
	ev := &Event{Op: ch.op, Entity: ch.entity.Key, ID: ch.id, Before: ch.before, After: ch.after, At: at, Changed: ch.changed, MergedInto: ch.mergedInto}
	for _, m := range ch.moves {
		ev.Moves = append(ev.Moves, m.StageMove)
	}
	return ev
}
