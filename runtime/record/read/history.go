package read

import (
	"context"
	"encoding/json"
	"errors"

	"weft/runtime/access"
	"weft/runtime/jsontext"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// HistoryPage is a page of a record's history, newest first.
type HistoryPage struct {
	Items  []json.RawMessage `json:"items"`
	Cursor string            `json:"cursor,omitempty"`
}

// historyReading reads the history of one record.
type historyReading struct{ *reading }

// historyOrder names the order of history in cursors.
const historyOrder = "history"

// History reads who changed a record, newest first, cut to the fields that the
// person may read on the record as it is now. The history of a deleted record
// is seen by those who could read it when it was deleted.
func (s *Service) History(ctx context.Context, actor *access.Actor, entity, id, cursor string, limit int) (*HistoryPage, error) {
	reading, err := s.reading(ctx, actor, entity, schemas.OpRead)
	if err != nil {
		return nil, err
	}
	r := historyReading{reading}
	limit, after := r.limit(Limit(limit)), r.historyAfter(cursor, id)
	if err := r.invalid(); err != nil {
		return nil, err
	}
	doc, err := r.currentOrDeleted(ctx, id)
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
	page.Items, err = r.renderHistories(ctx, r.rights.ReadMask(entity, doc), rows)
	return page, err
}

// historyAfter reads a cursor, which must be one of this record.
func (r *entityRequest) historyAfter(cursor, id string) *store.Position {
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

// currentOrDeleted is the record as it is, or as it was when it was deleted; not_found
// when the caller may not see it.
func (r historyReading) currentOrDeleted(ctx context.Context, id string) (map[string]any, error) {
	d, err := r.from.Get(ctx, r.entity.Key, id)
	if errors.Is(err, store.ErrNotFound) {
		d, err = r.binned(ctx, id)
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, NotFound()
	}
	if err != nil {
		return nil, readError("history", err)
	}
	doc, err := Decode(d)
	if err != nil {
		return nil, err
	}
	ok, err := r.seesDoc(ctx, doc)
	if err != nil {
		return nil, readError("history", err)
	}
	if !ok {
		return nil, NotFound()
	}
	return doc, nil
}

// binned is the record that a row of the bin holds.
func (r historyReading) binned(ctx context.Context, id string) (store.Doc, error) {
	row, err := r.from.Get(ctx, BinCollection, id)
	if err != nil {
		return row, err
	}
	if jsontext.TextMember(row.Body, "entity") != r.entity.Key {
		return row, store.ErrNotFound
	}
	return store.Doc{ID: id, Body: jsontext.Member(row.Body, "doc")}, nil
}
