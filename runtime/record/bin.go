package record

import (
	"context"
	"encoding/json"
	"fmt"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// BinItem is a deleted record that the caller may restore. JSON names are those
// of the contract.
type BinItem struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	DeletedAt string `json:"deleted_at"`
	DeletedBy string `json:"deleted_by,omitempty"`
	// Deletion is shared by the records that were deleted together and come back
	// together; MergedInto names the record that took this one in.
	Deletion   string `json:"deletion"`
	MergedInto string `json:"merged_into,omitempty"`
}

// BinPage is a page of the recycle bin; Cursor is "" at its end.
type BinPage struct {
	Items  []BinItem `json:"items"`
	Cursor string    `json:"cursor,omitempty"`
}

const (
	binPageSize = 200
	maxBinItems = 1000
	// maxBinScan bounds the rows that one call looks through for those that the
	// caller may see; the cursor leads on.
	maxBinScan = 10_000
)

// Bin lists deleted records of an entity, the youngest record first: those that
// the caller may read and has the right to delete, which is the right to restore.
// cursor is "" or that of the page before. Errors: not_found, forbidden, invalid.
func (s *Service) Bin(ctx context.Context, c Call, entity string, limit int, cursor string) (*BinPage, error) {
	cc, err := s.newCallContext(ctx, c)
	if err != nil {
		return nil, err
	}
	cs := newChangeset(cc)
	e, err := cs.writable(entity, schemas.OpDelete)
	if err != nil {
		return nil, err
	}
	switch {
	case limit < 1:
		return nil, requestProblem("/limit", "too_small", "min", 1)
	case limit > maxBinItems:
		return nil, requestProblem("/limit", "too_great", "max", maxBinItems)
	}
	find := store.Find{
		Where:  query.Cmp{Path: query.Path{Field: "entity", Kind: query.Key}, Op: query.Eq, Value: entity},
		IDDesc: true, Limit: binPageSize,
	}
	if cursor != "" {
		find.After = &store.Position{ID: cursor}
	}
	page := &BinPage{Items: []BinItem{}}
	scanned := 0
	for d, err := range store.Each(ctx, s.store, BinCollection, find) {
		if err != nil {
			return nil, read.StoreProblem(err)
		}
		item, err := cs.binItem(ctx, e, d)
		if err != nil {
			return nil, err
		}
		if item != nil {
			page.Items = append(page.Items, *item)
		}
		if scanned++; len(page.Items) == limit || scanned == maxBinScan {
			page.Cursor = d.ID
			break
		}
	}
	return page, nil
}

// binItem shows a row of the bin; nil when the caller may not restore it.
func (cs *changeset) binItem(ctx context.Context, e *model.Entity, d store.Doc) (*BinItem, error) {
	var row binRow
	var doc map[string]any
	if err := json.Unmarshal(d.Body, &row); err != nil {
		return nil, fmt.Errorf("record: row %s of the bin: %w", d.ID, err)
	}
	if err := json.Unmarshal(row.Doc, &doc); err != nil {
		return nil, fmt.Errorf("record: row %s of the bin: %w", d.ID, err)
	}
	seen, err := cs.mayRead(ctx, e, doc)
	if err != nil || !seen || !cs.rights.Can(e.Key, schemas.OpDelete, doc) {
		return nil, err
	}
	item := &BinItem{ID: d.ID, DeletedAt: row.At, DeletedBy: row.By, Deletion: row.Deletion, MergedInto: row.MergedInto}
	if f := e.TitleField; f != nil && cs.rights.ReadMask(e.Key, doc).Has(f.Key) && doc[f.Key] != nil {
		item.Title = f.Type.Format(f, doc[f.Key], cs.call.language())
	}
	return item, nil
}
