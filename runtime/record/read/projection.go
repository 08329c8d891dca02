package read

import (
	"context"
	"encoding/json"
	"slices"

	"weft/runtime/store"
)

// items renders rows with what belongs to them: child rows, and the records
// they refer to. All items lie in one piece of memory.
func (r *reading) items(ctx context.Context, docs []store.Doc, ask projection) ([]json.RawMessage, error) {
	items, _, err := r.itemsInto(ctx, nil, docs, ask)
	return items, err
}

// itemsInto is items that appends to a buffer and returns it.
func (r *reading) itemsInto(ctx context.Context, out []byte, docs []store.Doc, ask projection) ([]json.RawMessage, []byte, error) {
	rows, err := r.childRows(ctx, docs, ask)
	if err != nil {
		return nil, out, err
	}
	others, err := r.expansions(ctx, docs, ask)
	if err != nil {
		return nil, out, err
	}
	size := 0
	for _, d := range docs {
		size += len(d.Body) + 16
	}
	out = slices.Grow(out, size)
	ends := make([]int, len(docs))
	for i, d := range docs {
		render, err := ask.rows.of(d)
		if err != nil {
			return nil, out, err
		}
		if out, err = render.appendOpen(out, d.Body); err != nil {
			return nil, out, err
		}
		out = rows.append(out, d.ID, render.mask)
		out = others.append(out, d.Body, render.mask)
		out = append(out, '}')
		ends[i] = len(out)
	}
	items := make([]json.RawMessage, len(docs))
	begin := 0
	for i, end := range ends {
		items[i] = out[begin:end:end]
		begin = end
	}
	return items, out, nil
}

// projection is what an answer shall hold of each row.
type projection struct {
	rows   *rowRenderers
	fields map[string]bool // nil: all
	expand []string
	// children: child rows are wanted even where no fields were named.
	children bool
}

// projection checks the fields and expansions of a request.
func (r *entityRequest) projection(fields, expand []string, children bool) projection {
	a := projection{fields: r.fields(fields), expand: r.expand(expand), children: children}
	a.rows = r.newMasked(r.entity, a.fields)
	return a
}
