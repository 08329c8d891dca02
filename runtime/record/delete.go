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

// deleteAtOnce is how many records one deletion may take along.
const deleteAtOnce = 10_000

// Delete moves a record into the recycle bin, with everything that cascades;
// one deletion id holds them together. Errors: not_found, forbidden, stale,
// referenced when a record that restricts still refers to one of them.
func (s *Service) Delete(ctx context.Context, c Call, entity, id string) (*Result, error) {
	return s.run(ctx, c, func(ctx context.Context, u *unit) (*item, error) {
		it, err := u.open(ctx, entity, id, schemas.OpDelete)
		if err != nil {
			return nil, err
		}
		if entity == userEntity && !u.undoes(it) {
			return nil, problem.New(problem.Referenced, "user_stays", nil)
		}
		if err := u.checkParents(ctx, it); err != nil {
			return nil, err
		}
		return it, u.remove(ctx, it)
	})
}

// undoes tells whether the undo of an import takes a user away that it brought:
// one that nothing refers to has never been anybody. The admin stays always.
func (u *unit) undoes(it *item) bool {
	return u.givesBack() && text(it.before, "login") != adminLogin
}

// remove marks an item as deleted and deals with all that refers to it:
// restrict refuses, clear empties the reference, cascade (and child rows) goes
// with it.
func (u *unit) remove(ctx context.Context, it *item) error {
	if it.op == opDelete {
		return nil
	}
	if u.deletion == "" {
		u.deletion = newID()
	}
	it.op, it.after = opDelete, nil
	if err := u.runHooks(ctx, it); err != nil {
		return err
	}
	if it.entity.Machine != nil {
		visits, err := u.visitsOf(ctx, it.id, false)
		if err != nil {
			return err
		}
		it.takenVisits = visits
	}
	for _, f := range it.entity.Referrers {
		if err := u.release(ctx, it, f); err != nil {
			return err
		}
	}
	if len(u.items) > deleteAtOnce {
		return problem.New(problem.Conflict, "too_many_records", map[string]any{"max": deleteAtOnce})
	}
	return nil
}

// release lets go of the records whose reference field f names the item.
func (u *unit) release(ctx context.Context, it *item, f *model.Field) error {
	way := f.Def.OnDelete
	if f.Entity.Child != nil && f.Entity.Child.Field == f {
		way = schemas.Cascade
	}
	switch way {
	case schemas.Clear, schemas.Cascade:
	default:
		return u.restrict(ctx, it, f)
	}
	refs, err := u.referrers(ctx, it.id, f)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if way == schemas.Cascade {
			if err := u.remove(ctx, ref); err != nil {
				return err
			}
			continue
		}
		if err := u.redirect(ctx, ref, f, it.id, nil); err != nil {
			return err
		}
	}
	return nil
}

// referrers loads the records whose field f names id.
func (u *unit) referrers(ctx context.Context, id string, f *model.Field) ([]*item, error) {
	docs, err := u.s.store.Find(ctx, f.Entity.Key, store.Find{Where: refersTo(f, id), Limit: deleteAtOnce + 1})
	if err != nil {
		return nil, fmt.Errorf("record: referrers of %s: %w", id, err)
	}
	if len(docs) > deleteAtOnce {
		return nil, problem.New(problem.Conflict, "too_many_records", map[string]any{"max": deleteAtOnce})
	}
	items := make([]*item, 0, len(docs))
	for _, d := range docs {
		it, err := u.take(f.Entity, d)
		if err != nil {
			return nil, err
		}
		if it.after != nil {
			items = append(items, it)
		}
	}
	return items, nil
}

func refersTo(f *model.Field, id string) query.Expr {
	return query.Cmp{Path: pathOf(f), Op: query.Eq, Value: id}
}

// restrict refuses while records that are not deleted too refer to the item.
func (u *unit) restrict(ctx context.Context, it *item, f *model.Field) error {
	where := query.All{refersTo(f, it.id)}
	var gone []any
	for _, other := range u.items {
		if other.entity == f.Entity && other.op == opDelete {
			gone = append(gone, other.id)
		}
	}
	if len(gone) > 0 {
		id := query.Path{Field: "id", Kind: query.Key}
		where = append(where, query.Not{X: query.Cmp{Path: id, Op: query.In, Value: gone}})
	}
	n, err := u.s.store.Count(ctx, f.Entity.Key, where, 1)
	if err != nil || n == 0 {
		return err
	}
	p := problem.New(problem.Referenced, "", nil)
	if seen, ok := u.reads(f.Entity, f); ok {
		if n, err = u.s.store.Count(ctx, f.Entity.Key, query.And(where, seen), 1000); err != nil {
			return err
		}
		p.Fields = []problem.Field{problem.At("", "referenced_by",
			"count", n, "entity", f.Entity.Def.Title, "field", f.Def.Title)}
	} else {
		n = 0
	}
	if n == 0 { // not even which entity they are of
		p.Fields = []problem.Field{problem.At("", "referenced_unseen")}
	}
	u.refuse(p)
	return nil
}

// redirect changes a reference from one record to another, or clears it (to is nil).
func (u *unit) redirect(ctx context.Context, it *item, f *model.Field, from string, to any) error {
	if f.Kind == query.Keys {
		it.set(f.Key, storedForm(replaceKey(keysOf(it.after[f.Key]), from, to)))
	} else {
		it.set(f.Key, to)
	}
	if it.op == "" {
		it.op = opUpdate
	}
	_, err := u.compute(ctx, it)
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
