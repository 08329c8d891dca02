package record

import (
	"context"
	"errors"
	"fmt"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// maxChildRows is how many child rows one record may have.
const maxChildRows = read.MaxChildRows

// inputRows is the whole set of child rows that a change gives to a field.
type inputRows struct {
	field *model.Field
	wire  any
}

// applyChildRows makes the child rows of a parent what the caller gave: a row with
// an id is kept or changed (fields left out stay), one without is new, a
// missing one is deleted. Each row is applied and checked as a record of its own.
func (cs *changeset) applyChildRows(ctx context.Context, parent *change, g inputRows) error {
	at := parent.path + problem.Pointer(g.field.Key)
	if g.wire == nil || g.wire == "" {
		g.wire = []any{}
	}
	if _, ps := g.field.Type.Normalise(g.field, g.wire); len(ps) > 0 {
		for _, p := range ps {
			p.Path = at + p.Path
			cs.problems = append(cs.problems, p)
		}
		return nil
	}
	child := g.field.Target
	present, err := cs.childRows(ctx, child, parent)
	if err != nil {
		return err
	}
	if len(present) > maxChildRows { // of older data: a set that was read is not the whole
		cs.problem(at, "too_many_items", "max", maxChildRows)
		return nil
	}
	byID := make(map[string]*change, len(present))
	rows, _ := g.wire.([]any)
	kept := make(map[string]bool, len(present))
	after := make([]any, 0, len(rows))
	for _, row := range present {
		if cs.rights.Can(child.Key, schemas.OpRead, row.before) {
			byID[row.id] = row
			continue
		}
		// The set that the caller gives is the set that the caller sees.
		kept[row.id] = true
		after = append(after, row.id)
	}
	changed := len(rows) != len(byID)
	for i, raw := range rows {
		values, _ := raw.(map[string]any)
		row, err := cs.applyChildRow(ctx, parent, child, values, byID, kept, at+problem.Pointer(i))
		if err != nil {
			return err
		}
		if row == nil {
			continue
		}
		after = append(after, row.id)
		changed = changed || row.op == opCreate || len(row.diff()) > 0
	}
	if err := cs.removeMissingRows(ctx, present, kept, at); err != nil {
		return err
	}
	if changed {
		parent.recordRows(g.field.Key, present, after)
	}
	return nil
}

// recordRows remembers a changed set for the parent's history.
func (ch *change) recordRows(key string, present []*change, after []any) {
	if ch.rowsAfter == nil {
		ch.rowsAfter, ch.rowsBefore = map[string][]any{}, map[string][]any{}
	}
	before := make([]any, len(present))
	for i, row := range present {
		before[i] = row.id
	}
	ch.rowsBefore[key], ch.rowsAfter[key] = before, after
	ch.touched = true
}

// childRows loads the rows of a parent in the order of their ids.
func (sn *snapshot) childRows(ctx context.Context, child *model.Entity, parent *change) ([]*change, error) {
	if parent.op == opCreate {
		return nil, nil
	}
	docs, err := sn.s.store.Find(ctx, child.Key, store.Find{
		Where: query.Cmp{Path: pathOf(child.Child.Field), Op: query.Eq, Value: parent.id},
		Limit: maxChildRows + 1,
	})
	if err != nil {
		return nil, fmt.Errorf("record: child rows of %s: %w", parent.id, err)
	}
	rows := make([]*change, 0, len(docs))
	for _, d := range docs {
		row, err := sn.asChange(child, d)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// applyChildRow applies one given row; nil when it cannot be placed.
func (cs *changeset) applyChildRow(ctx context.Context, parent *change, child *model.Entity, values map[string]any,
	byID map[string]*change, kept map[string]bool, at string,
) (*change, error) {
	values = copyDoc(values)
	refKey := child.Child.Field.Key
	if v, given := values[refKey]; given && v == parent.id {
		delete(values, refKey) // said again what the place says
	} else if given {
		cs.problem(at+problem.Pointer(refKey), "read_only")
		delete(values, refKey)
	}
	raw, given := values["id"]
	delete(values, "id")
	if given {
		id, _ := raw.(string)
		row := byID[id]
		switch {
		case row == nil:
			cs.problem(at+"/id", "no_such_record")
			return nil, nil
		case kept[id]:
			cs.problem(at+"/id", "duplicate_item")
			return nil, nil
		}
		kept[id] = true
		row.path, row.nested, row.direct = at, true, true
		return row, cs.updateChildRow(ctx, row, values)
	}
	row := cs.newChange(child)
	row.path, row.nested, row.direct = at, true, true
	row.after[refKey] = parent.id
	if !cs.rights.Allowed(child.Key, schemas.OpCreate) {
		cs.problem(at, "not_writable")
	}
	kept[row.id] = true
	return row, cs.applyInput(ctx, row, values)
}

// updateChildRow changes a kept row, if anything was given.
func (cs *changeset) updateChildRow(ctx context.Context, row *change, values map[string]any) error {
	if len(values) == 0 {
		return nil
	}
	if !cs.rights.Can(row.entity.Key, schemas.OpUpdate, row.before) {
		cs.problem(row.path, "not_writable")
		return nil
	}
	row.op = opUpdate
	return cs.applyInput(ctx, row, values)
}

// removeMissingRows deletes the rows that were not given again.
func (cs *changeset) removeMissingRows(ctx context.Context, present []*change, kept map[string]bool, at string) error {
	for _, row := range present {
		if kept[row.id] {
			continue
		}
		if !cs.rights.Can(row.entity.Key, schemas.OpDelete, row.before) {
			cs.problem(at, "not_writable")
			return nil
		}
		row.direct = true
		if err := cs.remove(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// checkParents asks, for a child row that is changed by itself, for the right
// to change the set of rows of the parents it had and has.
func (rf *references) checkParents(ctx context.Context, ch *change) error {
	c := ch.entity.Child
	if c == nil || ch.nested {
		return nil
	}
	for _, id := range []string{text(ch.before, c.Field.Key), text(ch.after, c.Field.Key)} {
		if id == "" {
			continue
		}
		doc, err := rf.find(ctx, c.Parent.Key, id, false)
		if err != nil {
			return err
		}
		if doc == nil {
			continue // a problem of the reference
		}
		may := rf.rights.Can(c.Parent.Key, schemas.OpUpdate, doc)
		if may && c.In != nil {
			may = rf.rights.WriteMask(c.Parent.Key, schemas.OpUpdate, doc).Has(c.In.Key)
		}
		if !may {
			rf.refuse(problem.New(problem.Forbidden, "no_right", nil))
		}
	}
	return nil
}

// touchParent writes the parent of a child row that was changed by itself, so
// that it cannot cross with a change of the parent's whole set.
func (df *derivedFields) touchParent(ctx context.Context, ch *change) error {
	if ch.entity.Child == nil || ch.op == "" || ch.op == opUpdate && len(ch.diff()) == 0 {
		return nil
	}
	key := ch.entity.Child.Field.Key
	for _, id := range []string{text(ch.before, key), text(ch.after, key)} {
		if id == "" {
			continue
		}
		parent, err := df.load(ctx, ch.entity.Child.Parent, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		parent.touch()
	}
	return nil
}

// findFullParents counts the child rows of the parents that get new ones, and
// remembers those that would have more than a record can have.
func (cs *changeset) findFullParents(ctx context.Context) error {
	added := map[docKey]int{}
	for _, ch := range cs.changes {
		if parent := ch.newParent(); parent != "" {
			added[docKey{ch.entity.Key, parent}]++
		}
	}
	for k := range added {
		most := rowLimit(cs.model.Entities[k.collection])
		n, err := cs.countRows(ctx, k, most)
		if err != nil {
			return err
		}
		if n > most {
			if cs.fullParents == nil {
				cs.fullParents = map[docKey]int{}
			}
			cs.fullParents[k] = most
		}
	}
	return nil
}

// newParent is the parent that gets a child row by this change, "" for none.
func (ch *change) newParent() string {
	if ch.entity.Child == nil || ch.op == "" || ch.after == nil {
		return ""
	}
	key := ch.entity.Child.Field.Key
	if parent := text(ch.after, key); ch.op != opUpdate || parent != text(ch.before, key) {
		return parent
	}
	return ""
}

// rowLimit is how many child rows of an entity one record may have.
func rowLimit(child *model.Entity) int {
	if in := child.Child.In; in != nil && in.Def.MaxItems != nil {
		return min(maxChildRows, *in.Def.MaxItems)
	}
	return maxChildRows
}

// countRows counts the child rows that a parent (k: child entity, id of the
// parent) will have, up to one more than most.
func (cs *changeset) countRows(ctx context.Context, k docKey, most int) (int, error) {
	child := cs.model.Entities[k.collection]
	ref := child.Child.Field
	n := 0
	var changed []any
	for _, ch := range cs.changes {
		if ch.entity != child || ch.op == "" {
			continue
		}
		changed = append(changed, ch.id)
		if text(ch.after, ref.Key) == k.id {
			n++
		}
	}
	if parent := cs.index[docKey{child.Child.Parent.Key, k.id}]; parent != nil && parent.op == opCreate {
		return n, nil
	}
	where := query.All{whereRefersTo(ref, k.id), query.Not{X: query.Cmp{Path: query.Path{Field: "id", Kind: query.Key}, Op: query.In, Value: changed}}}
	stored, err := cs.s.store.Count(ctx, k.collection, where, most+1)
	return n + int(stored), err
}

// checkRowLimit notes a child row that its parent has no room for.
func (cs *changeset) checkRowLimit(ch *change) {
	if parent := ch.newParent(); parent != "" {
		if most, full := cs.fullParents[docKey{ch.entity.Key, parent}]; full {
			cs.problem(ch.path+problem.Pointer(ch.entity.Child.Field.Key), "too_many_items", "max", most)
		}
	}
}
