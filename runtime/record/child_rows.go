package record

import (
	"context"
	"errors"
	"fmt"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// rowsAtOnce is how many child rows one record may have.
const rowsAtOnce = 1000

// givenRows is the whole set of child rows that a change gives to a field.
type givenRows struct {
	field *model.Field
	wire  any
}

// takeRows makes the child rows of a parent what the person gave: a row with
// an id is kept or changed (fields left out stay), one without is new, a
// missing one is deleted. Each row passes the door by itself.
func (u *unit) takeRows(ctx context.Context, parent *item, g givenRows) error {
	at := parent.at + problem.Pointer(g.field.Key)
	if g.wire == nil {
		g.wire = []any{}
	}
	if _, ps := g.field.Type.Normalise(g.field, g.wire); len(ps) > 0 {
		for _, p := range ps {
			p.Path = at + p.Path
			u.problems = append(u.problems, p)
		}
		return nil
	}
	child := g.field.Target
	present, err := u.childRows(ctx, child, parent)
	if err != nil {
		return err
	}
	byID := make(map[string]*item, len(present))
	rows, _ := g.wire.([]any)
	kept := make(map[string]bool, len(present))
	after := make([]any, 0, len(rows))
	for _, row := range present {
		if u.rights.Can(child.Key, schemas.OpRead, row.before) {
			byID[row.id] = row
			continue
		}
		// The set that a person gives is the set that he sees.
		kept[row.id] = true
		after = append(after, row.id)
	}
	changed := len(rows) != len(byID)
	for i, raw := range rows {
		values, _ := raw.(map[string]any)
		row, err := u.takeRow(ctx, parent, child, values, byID, kept, at+problem.Pointer(i))
		if err != nil {
			return err
		}
		if row == nil {
			continue
		}
		after = append(after, row.id)
		changed = changed || row.op == opCreate || len(row.diff()) > 0
	}
	if err := u.dropRows(ctx, present, kept, at); err != nil {
		return err
	}
	if changed {
		parent.noteRows(g.field.Key, present, after)
	}
	return nil
}

// noteRows remembers a changed set for the parent's history.
func (it *item) noteRows(key string, present []*item, after []any) {
	if it.rowsAfter == nil {
		it.rowsAfter, it.rowsBefore = map[string][]any{}, map[string][]any{}
	}
	before := make([]any, len(present))
	for i, row := range present {
		before[i] = row.id
	}
	it.rowsBefore[key], it.rowsAfter[key] = before, after
	it.touched = true
}

// childRows loads the rows of a parent in the order of their ids.
func (u *unit) childRows(ctx context.Context, child *model.Entity, parent *item) ([]*item, error) {
	if parent.op == opCreate {
		return nil, nil
	}
	docs, err := u.s.store.Find(ctx, child.Key, store.Find{
		Where: query.Cmp{Path: pathOf(child.Child.Field), Op: query.Eq, Value: parent.id},
		Limit: rowsAtOnce + 1,
	})
	if err != nil {
		return nil, fmt.Errorf("record: child rows of %s: %w", parent.id, err)
	}
	rows := make([]*item, 0, len(docs))
	for _, d := range docs {
		row, err := u.take(child, d)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// takeRow brings one given row through the door; nil when it cannot be placed.
func (u *unit) takeRow(ctx context.Context, parent *item, child *model.Entity, values map[string]any,
	byID map[string]*item, kept map[string]bool, at string,
) (*item, error) {
	values = copyDoc(values)
	refKey := child.Child.Field.Key
	if v, given := values[refKey]; given && v == parent.id {
		delete(values, refKey) // said again what the place says
	} else if given {
		u.problem(at+problem.Pointer(refKey), "read_only")
		delete(values, refKey)
	}
	raw, given := values["id"]
	delete(values, "id")
	if given {
		id, _ := raw.(string)
		row := byID[id]
		switch {
		case row == nil:
			u.problem(at+"/id", "no_such_record")
			return nil, nil
		case kept[id]:
			u.problem(at+"/id", "duplicate_item")
			return nil, nil
		}
		kept[id] = true
		row.at, row.direct = at, true
		return row, u.changeRow(ctx, row, values)
	}
	row := u.newItem(child)
	row.at, row.direct = at, true
	row.after[refKey] = parent.id
	if !u.rights.Allowed(child.Key, schemas.OpCreate) {
		u.problem(at, "not_writable")
	}
	kept[row.id] = true
	return row, u.enter(ctx, row, values)
}

// changeRow changes a kept row, if anything was given.
func (u *unit) changeRow(ctx context.Context, row *item, values map[string]any) error {
	if len(values) == 0 {
		return nil
	}
	if !u.rights.Can(row.entity.Key, schemas.OpUpdate, row.before) {
		u.problem(row.at, "not_writable")
		return nil
	}
	row.op = opUpdate
	return u.enter(ctx, row, values)
}

// dropRows deletes the rows that were not given again.
func (u *unit) dropRows(ctx context.Context, present []*item, kept map[string]bool, at string) error {
	for _, row := range present {
		if kept[row.id] {
			continue
		}
		if !u.rights.Can(row.entity.Key, schemas.OpDelete, row.before) {
			u.problem(at, "not_writable")
			return nil
		}
		row.direct = true
		if err := u.remove(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// checkParents asks, for a child row that is changed by itself, for the right
// to change the set of rows of the parents it had and has.
func (u *unit) checkParents(ctx context.Context, it *item) error {
	c := it.entity.Child
	if c == nil || it.at != "" {
		return nil
	}
	for _, id := range []string{text(it.before, c.Field.Key), text(it.after, c.Field.Key)} {
		if id == "" {
			continue
		}
		doc, err := u.find(ctx, c.Parent.Key, id, false)
		if err != nil {
			return err
		}
		if doc == nil {
			continue // a problem of the reference
		}
		may := u.rights.Can(c.Parent.Key, schemas.OpUpdate, doc)
		if may && c.In != nil {
			may = u.rights.WriteMask(c.Parent.Key, schemas.OpUpdate, doc).Has(c.In.Key)
		}
		if !may {
			u.refuse(problem.New(problem.Forbidden, "no_right", nil))
		}
	}
	return nil
}

// touchParent writes the parent of a child row that was changed by itself, so
// that it cannot cross with a change of the parent's whole set.
func (u *unit) touchParent(ctx context.Context, it *item) error {
	if it.entity.Child == nil || it.op == "" || it.op == opUpdate && len(it.diff()) == 0 {
		return nil
	}
	key := it.entity.Child.Field.Key
	for _, id := range []string{text(it.before, key), text(it.after, key)} {
		if id == "" {
			continue
		}
		parent, err := u.load(ctx, it.entity.Child.Parent, id)
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
