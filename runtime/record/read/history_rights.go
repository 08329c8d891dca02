package read

import (
	"context"
	"encoding/json"
	"fmt"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/schemas"
)

// renderHistories decodes the rows of a page, cuts the ids of other records out
// of them that the caller may not see, and writes them.
func (r historyReading) renderHistories(ctx context.Context, mask *access.Mask, rows []store.Doc) ([]json.RawMessage, error) {
	list := make([]historyRow, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal(row.Body, &list[i]); err != nil {
			return nil, fmt.Errorf("read: history row %s cannot be read: %w", row.ID, err)
		}
	}
	if err := r.cutMerged(ctx, list); err != nil {
		return nil, err
	}
	if err := r.cutChildRows(ctx, mask, list); err != nil {
		return nil, err
	}
	items := make([]json.RawMessage, len(list))
	for i := range list {
		items[i] = renderHistory(r.entity, mask, &list[i])
	}
	return items, nil
}

// cutMerged takes out the records that were merged with this one and that the
// person may not see.
func (r historyReading) cutMerged(ctx context.Context, rows []historyRow) error {
	for i := range rows {
		h := &rows[i]
		kept := h.Merged[:0]
		for _, id := range h.Merged {
			seen, err := r.canReadRecord(ctx, id)
			if err != nil {
				return err
			}
			if seen {
				kept = append(kept, id)
			}
		}
		h.Merged = kept
		if h.MergedInto == "" {
			continue
		}
		seen, err := r.canReadRecord(ctx, h.MergedInto)
		if err != nil {
			return err
		}
		if !seen {
			h.MergedInto = ""
		}
	}
	return nil
}

// canReadRecord tells whether the caller sees a record, or could when it was deleted.
func (r historyReading) canReadRecord(ctx context.Context, id string) (bool, error) {
	_, err := r.currentOrDeleted(ctx, id)
	if problem.CodeOf(err) == problem.NotFound {
		return false, nil
	}
	return err == nil, err
}

// cutChildRows takes out of the sets of child rows those that the caller may
// not see; the ids of deleted ones stay for those who see all there are.
func (r historyReading) cutChildRows(ctx context.Context, mask *access.Mask, rows []historyRow) error {
	for _, f := range r.entity.Fields {
		if !f.IsChildRows() || f.Target == nil || !mask.Has(f.Key) ||
			r.rights.Allowed(f.Target.Key, schemas.OpRead) && r.rights.Scope(f.Target.Key, schemas.OpRead) == nil {
			continue
		}
		if err := r.cutSets(ctx, f, rows); err != nil {
			return err
		}
	}
	return nil
}

func (r historyReading) cutSets(ctx context.Context, f *model.Field, rows []historyRow) error {
	for i := range rows {
		change := rows[i].Changes[f.Key]
		for side, raw := range change {
			var ids []string
			if err := json.Unmarshal(raw, &ids); err != nil {
				return fmt.Errorf("read: history of %s: %w", f.Key, err)
			}
			kept, err := r.readableIDs(ctx, f.Target, ids)
			if err != nil {
				return err
			}
			if len(kept) == 0 {
				delete(change, side)
				continue
			}
			if change[side], err = json.Marshal(kept); err != nil {
				return fmt.Errorf("read: history of %s: %w", f.Key, err)
			}
		}
		if change != nil && len(change) == 0 {
			delete(rows[i].Changes, f.Key)
		}
	}
	return nil
}

// readableIDs are those of the ids whose records the caller sees now, in order.
func (r historyReading) readableIDs(ctx context.Context, e *model.Entity, ids []string) ([]string, error) {
	if len(ids) == 0 || !r.rights.Allowed(e.Key, schemas.OpRead) {
		return nil, nil
	}
	docs, err := r.visible(ctx, e, ids)
	if err != nil {
		return nil, readError("history", err)
	}
	seen := make(map[string]bool, len(docs))
	for _, d := range docs {
		seen[d.ID] = true
	}
	var kept []string
	for _, id := range ids {
		if seen[id] {
			kept = append(kept, id)
		}
	}
	return kept, nil
}
