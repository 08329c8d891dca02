package read

import (
	"context"

	"weft/runtime/access"
	"weft/runtime/jsontext"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// MaxChildRows is how many child rows one record may have.
const MaxChildRows = 1000

// childSets are the child rows of the rows of a page, in wire form.
type childSets struct {
	fields []childSet
}

type childSet struct {
	key   string
	byRow map[string][]byte // by the parent's id: {…},{…}
}

// childRows reads the child rows that the answer shall hold: those asked for,
// or all when one record is read as a whole.
func (r *reading) childRows(ctx context.Context, docs []store.Doc, ask projection) (childSets, error) {
	var sets childSets
	if len(docs) == 0 || ask.fields == nil && !ask.children {
		return sets, nil
	}
	for _, f := range r.entity.Fields {
		if !f.IsChildRows() || f.Target == nil || f.Target.Child == nil || ask.fields != nil && !ask.fields[f.Key] {
			continue
		}
		if !r.readable(f.Key) || !r.rights.Allowed(f.Target.Key, schemas.OpRead) {
			continue
		}
		set, err := r.childSet(ctx, docs, f)
		if err != nil {
			return sets, readError("child rows", err)
		}
		sets.fields = append(sets.fields, set)
	}
	return sets, nil
}

// childSet reads one set of child rows for all parents at once, ordered by id.
func (r *reading) childSet(ctx context.Context, docs []store.Doc, f *model.Field) (childSet, error) {
	child, ref := f.Target, f.Target.Child.Field
	parents := make([]any, len(docs))
	for i, d := range docs {
		parents[i] = d.ID
	}
	rows, err := r.from.Find(ctx, child.Key, store.Find{
		Where: query.And(query.Cmp{Path: ref.Path(), Op: query.In, Value: parents}, r.rights.ScopeUnderReadParent(child.Key)),
		Limit: MaxChildRows * len(docs),
	})
	set := childSet{key: f.Key, byRow: map[string][]byte{}}
	if err != nil {
		return set, err
	}
	look := r.newMaskedRows(child)
	for _, row := range rows {
		render, err := look.of(row)
		if err != nil {
			return set, err
		}
		parent := jsontext.TextMember(row.Body, ref.Key)
		list := set.byRow[parent]
		if list != nil {
			list = append(list, ',')
		}
		if set.byRow[parent], err = render.append(list, row.Body); err != nil {
			return set, err
		}
	}
	return set, nil
}

// ChildRowFields are the fields of a child row inside its parent: all but the
// system's and the reference to the parent, so that the row can be given back
// as it was read.
func ChildRowFields(child *model.Entity) map[string]bool {
	set := make(map[string]bool, len(child.Fields))
	for _, f := range child.Fields {
		if f != child.Child.Field {
			set[f.Key] = true
		}
	}
	return set
}

// append adds the sets of the row with this id to an item whose members stand
// before them. An empty set is unset: absent.
func (s childSets) append(out []byte, id string, mask *access.Mask) []byte {
	for _, f := range s.fields {
		rows := f.byRow[id]
		if rows == nil || !mask.Has(f.key) {
			continue
		}
		out = append(jsontext.AppendString(append(out, ','), f.key), ':', '[')
		out = append(append(out, rows...), ']')
	}
	return out
}
