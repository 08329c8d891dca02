package transfer

import (
	"context"
	"strconv"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
)

// prepare finds for a group of rows the existing records and the targets of
// their references, with few look-ups for the whole group.
func (t *task) prepare(ctx context.Context, s *step, group []*row) error {
	if err := t.findExisting(ctx, s, group); err != nil {
		return err
	}
	if err := t.resolveRefs(ctx, s, group); err != nil {
		return err
	}
	for _, r := range group {
		if s.historical && r.existing != nil && sameStage(s, r) {
			r.visits = nil // its history is known
		}
	}
	return t.makeValues(ctx, s, group)
}

func sameStage(s *step, r *row) bool {
	key := s.entity.Machine.Field.Key
	return r.values[key] == nil || r.values[key] == r.existing.doc[key]
}

// findExisting finds records by the key of their rows; without a key by the id
// that an interrupted run of this import gave them.
func (t *task) findExisting(ctx context.Context, s *step, group []*row) error {
	if s.key == nil && !s.keyID {
		return t.findOwn(ctx, s, group)
	}
	var values []any
	for _, r := range group {
		if r.key != nil {
			values = append(values, r.key)
		}
	}
	got, err := t.resolver.lookup.find(ctx, s.entity, s.key, values)
	if err != nil {
		return err
	}
	var missing []*row
	for _, r := range group {
		x, ok := got[r.key]
		switch {
		case r.key == nil:
		case !ok:
			missing = append(missing, r)
		case x.n > 1:
			r.fail(s.keyColumn(), *cellProblem("import_many_match", "entity", s.entity.Def.Title))
		default:
			r.existing = &x
		}
	}
	return t.findElsewhere(ctx, s, missing)
}

// findElsewhere finds the records of rows whose key no record has: one that the
// record was merged into, or one that an earlier import made of the same id.
func (t *task) findElsewhere(ctx context.Context, s *step, missing []*row) error {
	if len(missing) == 0 {
		return nil
	}
	deleted, err := t.deletedWith(ctx, s, missing)
	if err != nil {
		return err
	}
	derived := map[any]match{}
	if s.keyID && s.mapping.Create {
		var ids []any
		for _, r := range missing {
			ids = append(ids, r.newID)
		}
		if derived, err = t.resolver.lookup.find(ctx, s.entity, nil, ids); err != nil {
			return err
		}
	}
	for _, r := range missing {
		gone, binned := deleted[r.key]
		made, again := derived[r.newID]
		switch {
		case binned && gone.kept != nil:
			r.existing = gone.kept
			delete(r.values, s.mapping.Key) // the kept record keeps its own
		case binned && s.keyID:
			r.fail(s.keyColumn(), *cellProblem("import_binned", "entity", s.entity.Def.Title))
		case again:
			r.existing = &made
		case s.keyID && !s.mapping.Create:
			r.fail(s.keyColumn(), *cellProblem("import_no_match", "entity", s.entity.Def.Title))
		}
	}
	return nil
}

func (t *task) findOwn(ctx context.Context, s *step, group []*row) error {
	if !t.resumed {
		return nil
	}
	ids := make([]string, len(group))
	for i, r := range group {
		ids[i] = r.newID
	}
	docs, err := t.service.Store.GetMany(ctx, s.entity.Key, ids)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, d := range docs {
		have[d.ID] = true
	}
	for i, r := range group {
		if have[ids[i]] {
			r.existing = &match{id: ids[i], n: 1}
		}
	}
	return nil
}

// resolveRefs fills in the ids of references. Targets that come later are left
// out now and set at the end.
func (t *task) resolveRefs(ctx context.Context, s *step, group []*row) error {
	texts := map[*boundColumn][]string{}
	for _, r := range group {
		for _, ref := range r.refs {
			texts[ref.column] = append(texts[ref.column], ref.text)
		}
	}
	for c, list := range texts {
		if err := t.resolver.load(ctx, c, list); err != nil {
			return err
		}
	}
	for _, r := range group {
		for _, ref := range r.refs {
			id, o := t.resolver.id(s, ref.column, ref.text)
			switch o {
			case resolved:
				r.values[ref.column.spec.Field] = id
			case deferred:
				r.deferred = append(r.deferred, deferredRef{step: s, row: r.number, column: ref.column, text: ref.text})
			default:
				r.fail(ref.column, *problemOf(o, ref.column))
			}
		}
	}
	return nil
}

// makeValues computes the values of new records that the mapping asks for.
func (t *task) makeValues(ctx context.Context, s *step, group []*row) error {
	for _, r := range group {
		if r.existing != nil || r.merged || len(r.problems) > 0 {
			continue
		}
		for _, c := range r.makes {
			text, _ := mappedText(c, cellAt(r.cells, c.index))
			login := loginOf(text)
			if login == "" {
				r.fail(c, problem.At("", "import_no_login"))
				continue
			}
			free, err := t.freeValue(ctx, s.entity, c.field, login)
			if err != nil {
				return err
			}
			r.values[c.spec.Field] = free
		}
	}
	return nil
}

// freeValue adds a number to a login that is taken: anna.li, anna.li2, anna.li3.
// All users count, not only visible ones.
func (t *task) freeValue(ctx context.Context, e *model.Entity, f *model.Field, login string) (string, error) {
	for n := 1; ; n++ {
		candidate := login
		if n > 1 {
			candidate += strconv.Itoa(n)
		}
		if t.logins[candidate] {
			continue
		}
		docs, err := t.service.Store.Find(ctx, e.Key, store.Find{IDsOnly: true, Limit: 1, Where: query.Cmp{
			Path: query.Path{Field: f.Key, Kind: f.Kind}, Op: query.Eq, Value: candidate,
		}})
		if err != nil {
			return "", err
		}
		if len(docs) == 0 {
			t.logins[candidate] = true
			return candidate, nil
		}
	}
}
