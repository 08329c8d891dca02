package transfer

import (
	"context"
	"encoding/json"
	"fmt"

	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/schemas"
)

// deletedRecord is a record in the recycle bin that a row names by its key.
type deletedRecord struct {
	kept *match // what it was merged into; nil when it was deleted
}

type binRow struct {
	ID         string         `json:"id"`
	MergedInto string         `json:"merged_into"`
	Doc        map[string]any `json:"doc"`
}

// deletedWith finds deleted and merged records by the keys of rows, as far as the
// user may read them.
func (t *task) deletedWith(ctx context.Context, s *step, rows []*row) (map[any]deletedRecord, error) {
	bin, err := t.binRows(ctx, s, rows)
	if err != nil {
		return nil, err
	}
	rights := t.resolver.lookup.rights
	found, into := map[any]deletedRecord{}, map[any]string{}
	var kept []any
	for _, b := range bin {
		key := any(b.ID)
		if s.key != nil {
			key = b.Doc[s.key.Key]
		}
		if !rights.Can(s.entity.Key, schemas.OpRead, b.Doc) || s.key != nil && !rights.ReadMask(s.entity.Key, b.Doc).Has(s.key.Key) {
			continue
		}
		found[key] = deletedRecord{}
		if b.MergedInto != "" {
			into[key] = t.lastMerge(b.MergedInto)
			kept = append(kept, into[key])
		}
	}
	records, err := t.resolver.lookup.find(ctx, s.entity, nil, kept)
	if err != nil {
		return nil, err
	}
	for key, id := range into {
		if x, ok := records[id]; ok {
			found[key] = deletedRecord{kept: &x}
		} else if s.key != nil {
			delete(found, key)
		}
	}
	return found, nil
}

// binRows reads the rows of the recycle bin by id, or all merged records of the
// entity, once for an import: the bin has no index of keys, and merges are few.
func (t *task) binRows(ctx context.Context, s *step, rows []*row) ([]binRow, error) {
	if s.key != nil {
		return t.mergedRecords(ctx, s)
	}
	ids := make([]any, 0, len(rows))
	for _, r := range rows {
		ids = append(ids, r.key)
	}
	path := query.Path{Field: idField, Kind: query.Key}
	return t.readBin(ctx, query.All{query.Cmp{Path: path, Op: query.In, Value: ids}, inBinOf(s)})
}

func inBinOf(s *step) query.Expr {
	return query.Cmp{Path: query.Path{Field: "entity", Kind: query.Key}, Op: query.Eq, Value: s.entity.Key}
}

func (t *task) mergedRecords(ctx context.Context, s *step) ([]binRow, error) {
	if list, ok := t.merged[s.entity.Key]; ok {
		return list, nil
	}
	list, err := t.readBin(ctx, query.All{inBinOf(s), query.Cmp{Path: query.Path{Field: "merged_into", Kind: query.Key}, Op: query.Present}})
	if err != nil {
		return nil, err
	}
	t.merged[s.entity.Key] = list
	for _, b := range list {
		t.mergedInto[b.ID] = b.MergedInto
	}
	return list, nil
}

// lastMerge follows records that were merged into others in turn.
func (t *task) lastMerge(id string) string {
	for range len(t.mergedInto) {
		next, merged := t.mergedInto[id]
		if !merged {
			break
		}
		id = next
	}
	return id
}

func (t *task) readBin(ctx context.Context, where query.Expr) (list []binRow, err error) {
	err = eachDoc(ctx, t.service.Store, record.BinCollection, where, func(d store.Doc) error {
		var b binRow
		if err := json.Unmarshal(d.Body, &b); err != nil {
			return fmt.Errorf("read recycle bin %s: %w", d.ID, err)
		}
		list = append(list, b)
		return nil
	})
	return list, err
}
