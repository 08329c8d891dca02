package record

import (
	"context"
	"fmt"
	"slices"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// maxDeletedTogether is how many records one deletion may take along.
const maxDeletedTogether = 10_000

// Delete moves a record into the recycle bin, with everything that cascades;
// one deletion id holds them together. Errors: not_found, forbidden, stale,
// referenced when a record that restricts still refers to one of them.
func (s *Service) Delete(ctx context.Context, c Call, entity, id string) (*Result, error) {
	return s.runOne(ctx, c, func(ctx context.Context, cs *changeset) (*change, error) {
		return cs.delete(ctx, entity, id)
	})
}

func (cs *changeset) delete(ctx context.Context, entity, id string) (*change, error) {
	ch, err := cs.open(ctx, entity, id, schemas.OpDelete)
	if err != nil {
		return nil, err
	}
	if entity == userEntity && !cs.mayRemoveUser(ch) {
		return nil, problem.New(problem.Referenced, "user_stays", nil)
	}
	if err := cs.checkParents(ctx, ch); err != nil {
		return nil, err
	}
	return ch, cs.remove(ctx, ch)
}

// mayRemoveUser tells whether the undo of an import takes a user away that it brought:
// one that nothing refers to has never been anybody. The admin stays always.
func (cs *changeset) mayRemoveUser(ch *change) bool {
	return cs.isImportUndo() && text(ch.before, "login") != adminLogin
}

// remove marks a record as deleted and handles all references to it:
// restrict refuses, clear empties the reference, cascade (and child rows) goes
// with it.
func (cs *changeset) remove(ctx context.Context, ch *change) error {
	if ch.op == opDelete {
		return nil
	}
	if cs.deletion == "" {
		cs.deletion = newID()
	}
	ch.op, ch.after, ch.deletion = opDelete, nil, cs.deletion
	if err := cs.runHooks(ctx, ch); err != nil {
		return err
	}
	if ch.entity.Machine != nil {
		visits, err := cs.visitsOf(ctx, ch.id, false)
		if err != nil {
			return err
		}
		ch.removedVisits = visits
	}
	for _, f := range ch.entity.Referrers {
		if err := cs.handleReferrers(ctx, ch, f); err != nil {
			return err
		}
	}
	if len(cs.changes) > maxDeletedTogether {
		return problem.New(problem.Conflict, "too_many_records", map[string]any{"max": maxDeletedTogether})
	}
	return nil
}

// handleReferrers handles the records whose reference field f names the record.
func (cs *changeset) handleReferrers(ctx context.Context, ch *change, f *model.Field) error {
	way := f.Def.OnDelete
	if f.Entity.Child != nil && f.Entity.Child.Field == f {
		way = schemas.Cascade
	}
	switch way {
	case schemas.Clear, schemas.Cascade:
	default:
		return cs.restrict(ctx, ch, f)
	}
	refs, err := cs.referrers(ctx, ch.id, f)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if way == schemas.Cascade {
			if err := cs.remove(ctx, ref); err != nil {
				return err
			}
			continue
		}
		ch.cleared = append(ch.cleared, clearedReference{f.Entity.Key, ref.id, f.Key})
		if err := cs.replaceReference(ctx, ref, f, ch.id, nil); err != nil {
			return err
		}
	}
	return nil
}

// clearedReference is a reference that was emptied because the record that it
// named was deleted.
type clearedReference struct {
	Entity string `json:"entity"`
	ID     string `json:"id"`
	Field  string `json:"field"`
}

// referrers loads the records whose field f names id.
func (sn *snapshot) referrers(ctx context.Context, id string, f *model.Field) ([]*change, error) {
	docs, err := sn.s.store.Find(ctx, f.Entity.Key, store.Find{Where: whereRefersTo(f, id), Limit: maxDeletedTogether + 1})
	if err != nil {
		return nil, fmt.Errorf("record: referrers of %s: %w", id, err)
	}
	if len(docs) > maxDeletedTogether {
		return nil, problem.New(problem.Conflict, "too_many_records", map[string]any{"max": maxDeletedTogether})
	}
	for _, d := range docs {
		if _, err := sn.asChange(f.Entity, d); err != nil {
			return nil, err
		}
	}
	var list []*change
	for _, ch := range sn.changes {
		if ch.entity == f.Entity && ch.refersTo(f, id) {
			list = append(list, ch)
		}
	}
	return list, nil
}

// refersTo tells whether the record will refer to id in the field f.
func (ch *change) refersTo(f *model.Field, id string) bool {
	v := ch.after[f.Key]
	return v == id || f.Kind == query.Keys && slices.Contains(keysOf(v), id)
}

func whereRefersTo(f *model.Field, id string) query.Expr {
	return query.Cmp{Path: pathOf(f), Op: query.Eq, Value: id}
}

// restrict refuses while records that are not deleted too refer to the record.
func (rf *references) restrict(ctx context.Context, ch *change, f *model.Field) error {
	where := query.All{whereRefersTo(f, ch.id)}
	var changed []any
	here := 0
	for _, other := range rf.changes {
		if other.entity == f.Entity && other.op != "" {
			changed = append(changed, other.id)
			if other != ch && other.refersTo(f, ch.id) {
				here++
			}
		}
	}
	if len(changed) > 0 {
		id := query.Path{Field: "id", Kind: query.Key}
		where = append(where, query.Not{X: query.Cmp{Path: id, Op: query.In, Value: changed}})
	}
	n, err := rf.s.store.Count(ctx, f.Entity.Key, where, 1)
	if err != nil || n+int64(here) == 0 {
		return err
	}
	p := problem.New(problem.Referenced, "", nil)
	if seen, ok := rf.readableRows(f.Entity, f); ok {
		if n, err = rf.s.store.Count(ctx, f.Entity.Key, query.And(where, seen), 1000); err != nil {
			return err
		}
		n += int64(here)
		p.Fields = []problem.Field{problem.At("", "referenced_by",
			"count", n, "entity", f.Entity.Def.Title, "field", f.Def.Title)}
	} else {
		n = 0
	}
	if n == 0 { // not even which entity they are of
		p.Fields = []problem.Field{problem.At("", "referenced_unseen")}
	}
	rf.refuse(p)
	return nil
}

// replaceReference changes a reference from one record to another, or clears it (to is nil).
func (df *derivedFields) replaceReference(ctx context.Context, ch *change, f *model.Field, from string, to any) error {
	if f.Kind == query.Keys {
		ch.set(f.Key, storedForm(replaceKey(keysOf(ch.after[f.Key]), from, to)))
	} else {
		ch.set(f.Key, to)
	}
	if ch.op == "" {
		ch.op = opUpdate
	}
	_, err := df.compute(ctx, ch)
	return err
}

// replaceKey puts another key in the place of one, or takes it out.
func replaceKey(keys []string, from string, to any) []string {
	out := make([]string, 0, len(keys))
	for _, k := range keys {
		if k == from {
			next, ok := to.(string)
			if !ok || slices.Contains(keys, next) {
				continue
			}
			k = next
		}
		out = append(out, k)
	}
	return out
}
