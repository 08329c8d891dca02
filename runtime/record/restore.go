package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// binRow is a record in the recycle bin.
type binRow struct {
	Entity   string          `json:"entity"`
	Deletion string          `json:"deletion"`
	Doc      json.RawMessage `json:"doc"`
	Visits   []any           `json:"visits"`
}

// Restore brings a deleted record back with everything that was deleted with
// it. References that a deletion cleared stay clear; files that are no longer
// there for it are left out (see reclaimFiles). Errors: not_found, forbidden, unique when a key was taken meanwhile, referenced when a record
// that one of them refers to is itself deleted.
func (s *Service) Restore(ctx context.Context, c Call, entity, id string) (*Result, error) {
	return s.run(ctx, c, func(ctx context.Context, u *unit) (*item, error) {
		return u.restore(ctx, entity, id)
	})
}

func (u *unit) restore(ctx context.Context, entity, id string) (*item, error) {
	if _, err := u.writable(entity, schemas.OpDelete); err != nil {
		return nil, err
	}
	d, err := u.s.store.Get(ctx, BinCollection, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, u.notInBin(ctx, entity, id)
	}
	if err != nil {
		return nil, err
	}
	if _, held := heldAt(d); held {
		return nil, u.notInBin(ctx, entity, id)
	}
	it, row, err := u.unbin(d)
	if err != nil {
		return nil, err
	}
	if row.Entity != entity {
		return nil, notFound()
	}
	if seen, err := u.mayRead(ctx, it.entity, it.after); err != nil || !seen {
		if err == nil {
			err = notFound()
		}
		return nil, err
	}
	if !u.rights.Can(entity, schemas.OpDelete, it.after) {
		return nil, problem.New(problem.Forbidden, "no_right", nil)
	}
	if u.call.IfMatch != 0 && u.call.IfMatch != it.rev {
		return nil, u.stale(ctx, it)
	}
	if err := u.restoreRest(ctx, row.Deletion); err != nil {
		return nil, err
	}
	if err := u.reclaimFiles(ctx, it); err != nil {
		return nil, err
	}
	it.direct = true
	reclaimed := copyDoc(it.after)
	if err := u.runHooks(ctx, it); err != nil {
		return nil, err
	}
	if err := u.linkFiles(ctx, it, reclaimed); err != nil {
		return nil, err
	}
	for _, back := range u.items {
		if err := u.checkLost(ctx, back); err != nil {
			return nil, err
		}
		if _, err := u.compute(ctx, back); err != nil {
			return nil, err
		}
	}
	return it, nil
}

// notInBin is a conflict for a record that the person sees alive.
func (u *unit) notInBin(ctx context.Context, entity, id string) error {
	doc, err := u.find(ctx, entity, id, false)
	if err != nil {
		return err
	}
	seen, err := u.mayRead(ctx, u.model.Entities[entity], doc)
	if err != nil {
		return err
	}
	if seen {
		return problem.New(problem.Conflict, "restored_already_there", nil)
	}
	return notFound()
}

// unbin makes an item of a row of the bin. The revision before counts the
// deletion as one.
func (u *unit) unbin(d store.Doc) (*item, binRow, error) {
	var row binRow
	if err := json.Unmarshal(d.Body, &row); err != nil {
		return nil, row, fmt.Errorf("record: row %s of the bin: %w", d.ID, err)
	}
	e, ok := u.model.Entity(row.Entity)
	if !ok {
		return nil, row, problem.New(problem.NotFound, "no_such_entity", map[string]any{"entity": row.Entity})
	}
	if it := u.index[docKey{e.Key, d.ID}]; it != nil {
		return it, row, nil
	}
	var doc map[string]any
	if err := json.Unmarshal(row.Doc, &doc); err != nil {
		return nil, row, fmt.Errorf("record: row %s of the bin: %w", d.ID, err)
	}
	rev, _ := doc["rev"].(float64)
	it := u.add(&item{
		entity: e, id: d.ID, op: opRestore, after: doc, rev: int64(rev) + 1,
		binRev: d.Rev, binVisits: row.Visits,
	})
	return it, row, nil
}

// restoreRest brings back what was deleted together.
func (u *unit) restoreRest(ctx context.Context, deletion string) error {
	docs, err := u.s.store.Find(ctx, BinCollection, store.Find{
		Where: query.Cmp{Path: query.Path{Field: "deletion", Kind: query.Key}, Op: query.Eq, Value: deletion},
		Limit: deleteAtOnce + 1,
	})
	if err != nil {
		return fmt.Errorf("record: deletion %s: %w", deletion, err)
	}
	for _, d := range docs {
		if _, _, err := u.unbin(d); err != nil {
			return err
		}
	}
	return nil
}

// checkLost refuses a record that would come back with a reference to one that
// was deleted since.
func (u *unit) checkLost(ctx context.Context, it *item) error {
	for _, f := range it.entity.Fields {
		if f.Target == nil || it.after[f.Key] == nil || f.Def.FieldType == schemas.TypeChildRows {
			continue
		}
		ids := keysOf(it.after[f.Key])
		if id := text(it.after, f.Key); id != "" {
			ids = append(ids, id)
		}
		for _, id := range ids {
			doc, err := u.find(ctx, f.Target.Key, id, false)
			if err != nil {
				return err
			}
			if doc == nil {
				p := problem.New(problem.Referenced, "", nil)
				p.Fields = []problem.Field{problem.At(problem.Pointer(f.Key), "lost_reference")}
				u.refuse(p)
				continue
			}
			if u.index[docKey{f.Target.Key, id}] == nil && f.Target.Key != userEntity {
				u.rely(docKey{BinCollection, id}, 0)
			}
		}
	}
	return nil
}
