package transfer

import (
	"context"
	"encoding/json"
	"fmt"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// lookupPage is how many documents one look-up reads at a time.
const lookupPage = 1000

// match is a record that was looked up.
type match struct {
	id  string
	doc map[string]any
	n   int // how many records have this value; more than one is ambiguous
}

// lookup finds records by field values with the rights of the reader: hidden
// records are not found, and hidden fields cannot be searched.
type lookup struct {
	store  store.Reader
	rights *access.Rights
}

// find finds records of e whose field has one of the stored values; the answer is
// keyed by the value. A nil field means the id.
func (f lookup) find(ctx context.Context, e *model.Entity, field *model.Field, values []any) (map[any]match, error) {
	out := map[any]match{}
	path := query.Path{Field: idField, Kind: query.Key}
	if field != nil {
		path = query.Path{Field: field.Key, Kind: field.Kind}
		if !f.rights.Readable(e.Key, field.Key) {
			return out, nil
		}
	}
	if len(values) == 0 {
		return out, nil
	}
	var where query.Expr = query.Cmp{Path: path, Op: query.In, Value: values}
	if scope := f.rights.Scope(e.Key, schemas.OpRead); scope != nil {
		where = query.All{where, scope}
	}
	err := eachDoc(ctx, f.store, e.Key, where, func(d store.Doc) error {
		var doc map[string]any
		if err := json.Unmarshal(d.Body, &doc); err != nil {
			return fmt.Errorf("read %s %s: %w", e.Key, d.ID, err)
		}
		if !f.visible(e, path.Field, doc) {
			return nil
		}
		v := doc[path.Field]
		x := out[v]
		if x.n++; x.n == 1 {
			x.id, x.doc = d.ID, doc
		}
		out[v] = x
		return nil
	})
	return out, err
}

// visible tells whether the reader may read the field on this row.
func (f lookup) visible(e *model.Entity, key string, doc map[string]any) bool {
	return key == idField || f.rights.ReadMask(e.Key, doc).Has(key)
}

// eachDoc reads all documents that match, in the order of their ids.
func eachDoc(ctx context.Context, r store.Reader, collection string, where query.Expr, fn func(store.Doc) error) error {
	for d, err := range store.Each(ctx, r, collection, store.Find{Where: where, Limit: lookupPage}) {
		if err != nil {
			return fmt.Errorf("look up %s: %w", collection, err)
		}
		if err := fn(d); err != nil {
			return err
		}
	}
	return nil
}

// storedValue turns the text of a cell into the stored value of a field that is
// looked up; false when the field cannot hold it.
func (r cellReader) storedValue(f *model.Field, text string) (any, bool) {
	wire, p := r.wire(f, &Column{}, text)
	if p != nil {
		return nil, false
	}
	v, ok := model.FilterValue(f, wire)
	if !ok {
		return nil, false
	}
	switch v.(type) {
	case string, float64, bool:
		return v, true
	}
	return nil, false
}
