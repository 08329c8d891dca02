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
		return nil, badEnvelope("/limit", "too_small", "min", 1)
	case limit > maxBinItems:
		return nil, badEnvelope("/limit", "too_great", "max", maxBinItems)
	}
	find := store.Find{
		Where:  query.Cmp{Path: query.Path{Field: "entity", Kind: query.Key}, Op: query.Eq, Value: entity},
		IDDesc: true, Limit: binPageSize,
	}
	if cursor != "" {
		find.After = &store.Position{ID: cursor}
	}
	page := &BinPage{Items: []BinItem{}}
	for scanned := 0; ; scanned += binPageSize {
		docs, err := s.store.Find(ctx, BinCollection, find)
		if err != nil {
			return nil, read.StoreProblem(err)
		}
		for _, d := range docs {
			item, err := cs.binItem(ctx, e, d)
			if err != nil {
				return nil, err
			}
			if item == nil {
				continue
			}
			page.Items = append(page.Items, *item)
			if len(page.Items) == limit {
				page.Cursor = d.ID
				return page, nil
			}
		}
		if len(docs) < binPageSize {
			return page, nil
		}
		last := docs[len(docs)-1].ID
		if scanned >= maxBinScan {
			page.Cursor = last
			return page, nil
		}
		find.After = &store.Position{ID: last}
	}
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

// Merged is a record that was merged into another one, which is still there.
type Merged struct {
	ID, Into string
	Values   map[string]any // stored form, as it was deleted
}

// MergedRecords lists the records of an entity that were merged into others, so
// that an import finds the kept record by the keys of those that are gone. A
// record whose keeper was merged in turn leads to the last one.
func MergedRecords(ctx context.Context, from store.Reader, entity string) ([]Merged, error) {
	find := store.Find{Where: query.Cmp{Path: query.Path{Field: "merged_into", Kind: query.Key}, Op: query.Present}, Limit: binPageSize}
	into := map[string]string{}
	var list []Merged
	for {
		docs, err := from.Find(ctx, BinCollection, find)
		if err != nil {
			return nil, read.StoreProblem(err)
		}
		for _, d := range docs {
			var row binRow
			if err := json.Unmarshal(d.Body, &row); err != nil {
				return nil, fmt.Errorf("record: row %s of the bin: %w", d.ID, err)
			}
			if row.Entity != entity {
				continue
			}
			m := Merged{ID: d.ID}
			if err := json.Unmarshal(row.Doc, &m.Values); err != nil {
				return nil, fmt.Errorf("record: row %s of the bin: %w", d.ID, err)
			}
			into[d.ID] = row.MergedInto
			list = append(list, m)
		}
		if len(docs) < binPageSize {
			break
		}
		find.After = &store.Position{ID: docs[len(docs)-1].ID}
	}
	return aliveKeepers(ctx, from, entity, list, into)
}

// aliveKeepers follows merges to their end and drops those whose end is deleted.
func aliveKeepers(ctx context.Context, from store.Reader, entity string, list []Merged, into map[string]string) ([]Merged, error) {
	ends := make([]string, len(list))
	for i, m := range list {
		end := into[m.ID]
		for range len(into) { // a bound: merges make no circle
			next, merged := into[end]
			if !merged {
				break
			}
			end = next
		}
		ends[i] = end
	}
	docs, err := from.GetMany(ctx, entity, withoutDuplicates(ends))
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	alive := make(map[string]bool, len(docs))
	for _, d := range docs {
		alive[d.ID] = true
	}
	out := list[:0]
	for i, m := range list {
		if m.Into = ends[i]; alive[m.Into] {
			out = append(out, m)
		}
	}
	return out, nil
}

// Deleted tells which of the ids are records of an entity in the recycle bin.
func Deleted(ctx context.Context, from store.Reader, entity string, ids []string) (map[string]bool, error) {
	docs, err := from.GetMany(ctx, BinCollection, ids)
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	out := map[string]bool{}
	for _, d := range docs {
		var row binRow
		if err := json.Unmarshal(d.Body, &row); err != nil {
			return nil, fmt.Errorf("record: row %s of the bin: %w", d.ID, err)
		}
		if row.Entity == entity {
			out[d.ID] = true
		}
	}
	return out, nil
}
