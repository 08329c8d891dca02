package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// binRow is a record in the recycle bin.
type binRow struct {
	Entity     string             `json:"entity"`
	Deletion   string             `json:"deletion"`
	Doc        json.RawMessage    `json:"doc"`
	Visits     []any              `json:"visits"`
	Cleared    []clearedReference `json:"cleared"`
	At         string             `json:"at"`
	By         string             `json:"by"`
	MergedInto string             `json:"merged_into"`
}

// Restore brings a deleted record back with everything that was deleted with
// it. References that the deletion cleared name it again, unless they were set
// anew; files that are no longer there for it are left out (see restoreFiles).
// Errors: not_found, forbidden, unique when a key was taken meanwhile,
// referenced when a record that one of them refers to is itself deleted.
func (s *Service) Restore(ctx context.Context, c Call, entity, id string) (*Result, error) {
	return s.runOne(ctx, c, func(ctx context.Context, cs *changeset) (*change, error) {
		return cs.restore(ctx, entity, id)
	})
}

func (cs *changeset) restore(ctx context.Context, entity, id string) (*change, error) {
	if _, err := cs.writable(entity, schemas.OpDelete); err != nil {
		return nil, err
	}
	d, err := cs.s.store.Get(ctx, BinCollection, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, cs.notInBin(ctx, entity, id)
	}
	if err != nil {
		return nil, err
	}
	if _, held := reservedAt(d); held {
		return nil, cs.notInBin(ctx, entity, id)
	}
	ch, row, err := cs.loadFromBin(d)
	if err != nil {
		return nil, err
	}
	if row.Entity != entity {
		return nil, read.NotFound()
	}
	if seen, err := cs.mayRead(ctx, ch.entity, ch.after); err != nil || !seen {
		if err == nil {
			err = read.NotFound()
		}
		return nil, err
	}
	if !cs.rights.Can(entity, schemas.OpDelete, ch.after) {
		return nil, problem.New(problem.Forbidden, "no_right", nil)
	}
	if cs.call.IfMatch != 0 && cs.call.IfMatch != ch.rev {
		return nil, cs.stale(ctx, ch)
	}
	if err := cs.restoreDeletion(ctx, row.Deletion); err != nil {
		return nil, err
	}
	if err := cs.restoreFiles(ctx, ch); err != nil {
		return nil, err
	}
	ch.direct = true
	reclaimed := copyDoc(ch.after)
	if err := cs.runHooks(ctx, ch); err != nil {
		return nil, err
	}
	if err := cs.linkFiles(ctx, ch, reclaimed); err != nil {
		return nil, err
	}
	for _, back := range cs.restored() {
		if err := cs.restoreReferences(ctx, back); err != nil {
			return nil, err
		}
		if err := cs.checkRestoredReferences(ctx, back); err != nil {
			return nil, err
		}
		if _, err := cs.compute(ctx, back); err != nil {
			return nil, err
		}
	}
	return ch, nil
}

// notInBin is a conflict for a record that the caller sees undeleted.
func (cs *changeset) notInBin(ctx context.Context, entity, id string) error {
	doc, err := cs.find(ctx, entity, id, false)
	if err != nil {
		return err
	}
	seen, err := cs.mayRead(ctx, cs.model.Entities[entity], doc)
	if err != nil {
		return err
	}
	if seen {
		return problem.New(problem.Conflict, "restored_already_there", nil)
	}
	return read.NotFound()
}

// loadFromBin makes a change of a row of the bin. The revision before counts the
// deletion as one.
func (cs *changeset) loadFromBin(d store.Doc) (*change, binRow, error) {
	var row binRow
	if err := json.Unmarshal(d.Body, &row); err != nil {
		return nil, row, fmt.Errorf("record: row %s of the bin: %w", d.ID, err)
	}
	e, ok := cs.model.Entity(row.Entity)
	if !ok {
		return nil, row, problem.New(problem.NotFound, "no_such_entity", map[string]any{"entity": row.Entity})
	}
	if ch := cs.index[docKey{e.Key, d.ID}]; ch != nil {
		return ch, row, nil
	}
	var doc map[string]any
	if err := json.Unmarshal(row.Doc, &doc); err != nil {
		return nil, row, fmt.Errorf("record: row %s of the bin: %w", d.ID, err)
	}
	rev, _ := doc["rev"].(float64)
	ch := cs.add(&change{
		entity: e, id: d.ID, op: opRestore, after: doc, rev: int64(rev) + 1,
		binRev: d.Rev, binVisits: row.Visits, cleared: row.Cleared,
	})
	return ch, row, nil
}

// restoreDeletion brings back what was deleted together.
func (cs *changeset) restoreDeletion(ctx context.Context, deletion string) error {
	docs, err := cs.s.store.Find(ctx, BinCollection, store.Find{
		Where: query.Cmp{Path: query.Path{Field: "deletion", Kind: query.Key}, Op: query.Eq, Value: deletion},
		Limit: maxDeletedTogether + 1,
	})
	if err != nil {
		return fmt.Errorf("record: deletion %s: %w", deletion, err)
	}
	var back []*change
	for _, d := range docs {
		ch, _, err := cs.loadFromBin(d)
		if err != nil {
			return err
		}
		back = append(back, ch)
	}
	for _, ch := range back {
		if !cs.mayRestore(ch) {
			return problem.New(problem.Forbidden, "no_right", nil)
		}
	}
	return nil
}

// restoreReferences lets the references that the deletion cleared name the
// record again. Those that were set anew, or whose record is gone, stay.
func (cs *changeset) restoreReferences(ctx context.Context, ch *change) error {
	for _, c := range ch.cleared {
		e, ok := cs.model.Entity(c.Entity)
		if !ok || e.ByKey[c.Field] == nil || e.ByKey[c.Field].Target != ch.entity {
			continue
		}
		f := e.ByKey[c.Field]
		ref, err := cs.load(ctx, e, c.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		switch {
		case f.Kind == query.Keys && !ref.refersTo(f, ch.id):
			ref.set(f.Key, storedForm(append(keysOf(ref.after[f.Key]), ch.id)))
		case f.Kind != query.Keys && ref.after[f.Key] == nil:
			ref.set(f.Key, ch.id)
		default:
			continue
		}
		if ref.op == "" {
			ref.op = opUpdate
		}
		if _, err := cs.compute(ctx, ref); err != nil {
			return err
		}
	}
	return nil
}

// mayRestore tells whether the caller may bring a record back: with the right to
// delete it, or to delete the parent with which its child rows went.
func (cs *changeset) mayRestore(ch *change) bool {
	if c := ch.entity.Child; c != nil {
		parent := cs.index[docKey{c.Parent.Key, text(ch.after, c.Field.Key)}]
		if parent != nil && parent.op == opRestore {
			return cs.mayRestore(parent)
		}
	}
	return cs.rights.Can(ch.entity.Key, schemas.OpDelete, ch.after)
}

// checkRestoredReferences refuses a record that would come back with a reference to one that
// was deleted since.
func (rf *references) checkRestoredReferences(ctx context.Context, ch *change) error {
	for _, f := range ch.entity.Fields {
		if f.Target == nil || ch.after[f.Key] == nil || f.Def.FieldType == schemas.TypeChildRows {
			continue
		}
		ids := keysOf(ch.after[f.Key])
		if id := text(ch.after, f.Key); id != "" {
			ids = append(ids, id)
		}
		for _, id := range ids {
			doc, err := rf.find(ctx, f.Target.Key, id, false)
			if err != nil {
				return err
			}
			if doc == nil {
				p := problem.New(problem.Referenced, "", nil)
				p.Fields = []problem.Field{problem.At(problem.Pointer(f.Key), "lost_reference")}
				rf.refuse(p)
				continue
			}
			if rf.unchanged(docKey{f.Target.Key, id}) && f.Target.Key != userEntity {
				rf.expectRevision(docKey{BinCollection, id}, 0)
			}
		}
	}
	return nil
}
