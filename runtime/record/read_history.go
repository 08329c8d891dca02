package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// HistoryPage is a page of a record's history, newest first.
type HistoryPage struct {
	Items  []json.RawMessage `json:"items"`
	Cursor string            `json:"cursor,omitempty"`
}

// historyOrder names the order of history in cursors.
const historyOrder = "history"

// historyRow is a stored row of history; see historyOp.
type historyRow struct {
	N          int64
	Op         string
	At, By     string
	Door       string
	Cause      string
	Depth      int64
	Version    int64
	Comment    string
	Historical bool
	Import     string
	Merged     []any
	MergedInto string                                `json:"merged_into"`
	Changes    map[string]map[string]json.RawMessage // field → from, to
}

// History reads who changed a record, newest first, cut to the fields that the
// person may read on the record as it is now. The history of a deleted record
// is seen by those who could read it when it was deleted.
func (s *Service) History(ctx context.Context, c Call, entity, id, cursor string, limit int) (*HistoryPage, error) {
	r, err := s.reading(ctx, c, entity, schemas.OpRead)
	if err != nil {
		return nil, err
	}
	limit, after := r.limit(limit), r.historyAfter(cursor, id)
	if err := r.verdict(); err != nil {
		return nil, err
	}
	doc, err := r.lastSeen(ctx, id)
	if err != nil {
		return nil, err
	}
	rows, err := s.store.Find(ctx, HistoryCollection, store.Find{
		Where: query.All{
			query.Cmp{Path: idPath, Op: query.Gt, Value: id + ":"},
			query.Cmp{Path: idPath, Op: query.Lt, Value: id + ";"},
		},
		IDDesc: true, Limit: limit + 1, After: after,
	})
	if err != nil {
		return nil, readError("history", err)
	}
	page := &HistoryPage{Items: []json.RawMessage{}}
	if len(rows) > limit {
		rows = rows[:limit]
		page.Cursor = query.EncodeCursor(query.Position{ID: rows[limit-1].ID}, historyOrder)
	}
	mask := r.rights.ReadMask(entity, doc)
	for _, row := range rows {
		item, err := renderHistory(r.entity, mask, row)
		if err != nil {
			return nil, err
		}
		page.Items = append(page.Items, item)
	}
	return page, nil
}

// historyAfter reads a cursor, which must be one of this record.
func (r *reading) historyAfter(cursor, id string) *store.Position {
	if cursor == "" {
		return nil
	}
	p, err := query.DecodeCursor(cursor, historyOrder)
	if err != nil || len(p.Values) > 0 || len(p.ID) != len(id)+11 || p.ID[:len(id)] != id {
		r.fail("/cursor", "cursor")
		return nil
	}
	return (*store.Position)(p)
}

// lastSeen is the record as it is, or as it was when it was deleted; not_found
// when the person may not see it.
func (r *reading) lastSeen(ctx context.Context, id string) (map[string]any, error) {
	d, err := r.from.Get(ctx, r.entity.Key, id)
	if errors.Is(err, store.ErrNotFound) {
		d, err = r.binned(ctx, id)
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound()
	}
	if err != nil {
		return nil, readError("history", err)
	}
	doc, err := decodeDoc(d)
	if err != nil {
		return nil, err
	}
	ok, err := r.seesDoc(ctx, doc)
	if err != nil {
		return nil, readError("history", err)
	}
	if !ok {
		return nil, notFound()
	}
	return doc, nil
}

// binned is the record that a row of the bin holds.
func (r *reading) binned(ctx context.Context, id string) (store.Doc, error) {
	row, err := r.from.Get(ctx, BinCollection, id)
	if err != nil {
		return row, err
	}
	if textMember(row.Body, "entity") != r.entity.Key {
		return row, store.ErrNotFound
	}
	return store.Doc{ID: id, Body: rawMember(row.Body, "doc")}, nil
}

// renderHistory writes one row in wire form: {rev, op, at, by, door, cause,
// depth, version, comment, historical, import, merged, merged_into, changes}.
func renderHistory(e *model.Entity, mask *access.Mask, row store.Doc) (json.RawMessage, error) {
	var h historyRow
	if err := json.Unmarshal(row.Body, &h); err != nil {
		return nil, fmt.Errorf("record: history row %s cannot be read: %w", row.ID, err)
	}
	b := append(make([]byte, 0, len(row.Body)), '{')
	b = appendMember(b, "rev", h.N)
	b = appendIf(b, "op", h.Op)
	b = appendMember(b, "at", h.At)
	b = appendIf(b, "by", h.By)
	b = appendMember(b, "door", h.Door)
	b = appendIf(b, "cause", h.Cause)
	b = appendMember(b, "depth", h.Depth)
	b = appendMember(b, "version", h.Version)
	if readsReasons(e, mask) {
		b = appendIf(b, "comment", h.Comment)
	}
	if h.Historical {
		b = appendMember(b, "historical", true)
	}
	b = appendIf(b, "import", h.Import)
	b = appendIf(b, "merged_into", h.MergedInto)
	if len(h.Merged) > 0 {
		b = appendMember(b, "merged", h.Merged)
	}
	b = appendString(b, "changes")
	b = appendChanges(append(b, ':'), e, mask, h.Changes)
	return append(b, '}'), nil
}

// appendChanges writes the readable changes in the order of the entity's
// fields; what fields held that are gone by now is not shown.
func appendChanges(b []byte, e *model.Entity, mask *access.Mask, changes map[string]map[string]json.RawMessage) []byte {
	b = append(b, '{')
	for _, f := range e.Fields {
		change, changed := changes[f.Key]
		if !changed || !mask.Has(f.Key) {
			continue
		}
		b = append(appendString(b, f.Key), ':', '{')
		for _, side := range [...]string{"from", "to"} {
			raw, set := change[side]
			if !set {
				continue
			}
			b = append(appendString(b, side), ':')
			if f.Kind == query.Decimal {
				b = appendWireDecimal(b, raw)
			} else {
				b = append(b, raw...)
			}
			b = append(b, ',')
		}
		b = append(closeObject(b), ',')
	}
	return closeObject(b)
}

// readsReasons tells whether comments may be shown: they repeat what moves
// write into reason fields.
func readsReasons(e *model.Entity, mask *access.Mask) bool {
	if e.Machine == nil {
		return true
	}
	for _, t := range e.Machine.Transitions {
		if t.Def.Reason != nil && t.Def.Reason.Field != "" && !mask.Has(t.Def.Reason.Field) {
			return false
		}
	}
	return true
}
