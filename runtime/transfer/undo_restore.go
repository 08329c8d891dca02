package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// restoreTries is how often a record that changes meanwhile is read again.
const restoreTries = 3

// restoreFields restores the fields of an updated record that still hold what the
// import wrote. Fields that somebody changed since keep their values and are
// reported.
func (t *task) restoreFields(ctx context.Context, r updatedRecord, report *UndoReport) error {
	e, ok := t.service.Current.Model().Entity(r.entity)
	if !ok {
		return nil // the entity was removed with its records
	}
	for range restoreTries {
		patch, changed, rev, err := t.formerValues(ctx, e, r)
		if err != nil || (len(patch) == 0 && len(changed) == 0) {
			return err
		}
		if len(patch) > 0 && !t.preview {
			call := t.undoCall()
			call.IfMatch = rev
			call.Historical = e.Machine != nil && t.doc.Historical
			_, err = t.service.Records.Update(ctx, call, r.entity, r.id, patch)
		}
		p := asProblem(err)
		switch {
		case err != nil && (p == nil || p.Code.Status() >= 500): // an error of the store
			return fmt.Errorf("undo import of %s %s: %w", r.entity, r.id, err)
		case p != nil && p.Code == problem.Stale:
			continue
		case p != nil:
			report.keep(r.entity, r.id, p)
			return nil
		}
		if len(patch) > 0 {
			report.Restored[r.entity]++
		}
		if len(changed) > 0 {
			report.keep(r.entity, r.id, problem.New(problem.Conflict, "import_changed_since", map[string]any{"fields": changed}))
		}
		return nil
	}
	report.keep(r.entity, r.id, problem.New(problem.Conflict, "import_changed_since", map[string]any{"fields": []string{}}))
	return nil
}

// formerValues makes the patch that undoes the import's changes of a record;
// changed are the fields that hold something else by now.
func (t *task) formerValues(ctx context.Context, e *model.Entity, r updatedRecord) (patch map[string]any, changed []string, rev int64, err error) {
	d, err := t.service.Store.Get(ctx, e.Key, r.id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, 0, nil // deleted since
	}
	if err != nil {
		return nil, nil, 0, fmt.Errorf("undo import of %s %s: %w", e.Key, r.id, err)
	}
	var doc map[string]any
	if err := json.Unmarshal(d.Body, &doc); err != nil {
		return nil, nil, 0, fmt.Errorf("undo import of %s %s: %w", e.Key, r.id, err)
	}
	patch = map[string]any{}
	for _, f := range e.Fields {
		c, ok := r.changes[f.Key]
		if !ok || f.Computed {
			continue
		}
		from, to := read.ParseHistoryValue(f, c.From), read.ParseHistoryValue(f, c.To)
		switch {
		case !reflect.DeepEqual(doc[f.Key], to) && !t.doc.UndoAll:
			changed = append(changed, f.Key)
		case from == nil:
			patch[f.Key] = nil
		default:
			patch[f.Key] = f.Type.Wire(f, from)
		}
	}
	return patch, changed, d.Rev, nil
}
