package record

import (
	"context"
	"slices"

	"weft/runtime/problem"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// Preview tells what Apply would change, without changing anything: every record
// that would be written, in stored form, with those that follow (child rows,
// roll-ups, formulas of others). prior are the answers of earlier previews, which
// count as done; queries do not find them. Running numbers are left out. Errors
// are those of Apply, unique keys that are taken included.
func (s *Service) Preview(ctx context.Context, c Call, prior []Event, ops []Operation) ([]Event, error) {
	if c.Source == "" {
		c.Source = SourceAPI
	}
	cc, err := s.newCallContext(ctx, c)
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	cc.dryRun = true
	cs := newChangeset(cc)
	for _, ev := range prior {
		cs.assume(ev)
	}
	if err := cs.preview(ctx, ops); err != nil {
		return nil, read.StoreProblem(err)
	}
	var events []Event
	for _, ch := range cs.changes {
		if changed := slices.Clone(ch.diff()); ch.op == opDelete || ch.op == opRestore || ch.op != "" && len(changed) > 0 || ch.op == opCreate {
			ev := ch.event(cs.at)
			ev.Before, ev.After, ev.Changed = deepCopy(ch.before), deepCopy(ch.after), changed
			events = append(events, *ev)
		}
	}
	return events, nil
}

// assume takes a record as it would be after an event.
func (cs *changeset) assume(ev Event) {
	d := store.Doc{ID: ev.ID}
	if e, ok := cs.model.Entity(ev.Entity); ok && ev.After != nil {
		rev, _ := ev.After["rev"].(float64)
		d.Rev, d.Body = int64(rev), encodeRecord(e, ev.After)
	}
	cs.cache(docKey{ev.Entity, ev.ID}, d)
}

func (cs *changeset) preview(ctx context.Context, ops []Operation) error {
	for i, op := range ops {
		if _, err := cs.applyOperation(ctx, op, problem.Pointer(i)); err != nil {
			return atOperation(err, i)
		}
	}
	if err := cs.err(); err != nil {
		return err
	}
	if err := cs.complete(ctx, func(ctx context.Context) error { return cs.validate(ctx, cs.changes) }); err != nil {
		return err
	}
	for _, ch := range cs.changes {
		if ch.op == "" || ch.op == opDelete {
			continue
		}
		for _, k := range ch.entity.Unique {
			holder, err := cs.holder(ctx, ch, k)
			if err != nil {
				return err
			}
			if holder != "" {
				return cs.uniqueProblem(ctx, ch, k.Name)
			}
		}
	}
	return nil
}
