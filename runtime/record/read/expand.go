package read

import (
	"context"
	"encoding/json"

	"weft/runtime/access"
	"weft/runtime/jsontext"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// expand checks the reference fields whose records are wanted too.
func (r *entityRequest) expand(keys []string) []string {
	if len(keys) > maxExpand {
		r.fail("/expand", "too_many_terms", "max", maxExpand)
		return nil
	}
	seen := make(map[string]bool, len(keys))
	for i, key := range keys {
		at := "/expand" + problem.Pointer(i)
		f, ok := r.entity.Lookup(key)
		switch {
		case !ok || !r.rights.Readable(r.entity.Key, key):
			r.fail(at, "unknown_field", "field", key)
		case f.Target == nil || f.Kind != query.Key:
			r.fail(at, "not_a_reference", "field", key)
		case seen[key]:
			r.fail(at, "field_twice", "field", key)
		}
		seen[key] = true
	}
	return keys
}

// expansions are the records that rows refer to, in wire form, by entity and id.
type expansions struct {
	fields []expanded
}

type expanded struct {
	key   string
	found map[string]json.RawMessage // by id; shared by fields of one entity
}

// expansions reads every record that the rows refer to and the caller may see,
// each once.
func (r *reading) expansions(ctx context.Context, docs []store.Doc, ask projection) (expansions, error) {
	var x expansions
	byEntity := map[string]map[string]json.RawMessage{}
	for _, key := range ask.expand {
		f, _ := r.entity.Lookup(key)
		e, ok := f.Target.(*model.Entity)
		if !ok {
			continue
		}
		found := byEntity[e.Key]
		if found == nil {
			found = map[string]json.RawMessage{}
			byEntity[e.Key] = found
		}
		x.fields = append(x.fields, expanded{key, found})
		if err := r.fetch(ctx, e, wanted(docs, key, found), found); err != nil {
			return x, err
		}
	}
	return x, nil
}

// wanted are the ids at key that were not fetched yet.
func wanted(docs []store.Doc, key string, found map[string]json.RawMessage) []string {
	var ids []string
	for _, d := range docs {
		id := jsontext.TextMember(d.Body, key)
		if _, seen := found[id]; id != "" && !seen {
			found[id] = nil
			ids = append(ids, id)
		}
	}
	return ids
}

// fetch renders the records of e with these ids, as far as the caller may see them.
func (r *reading) fetch(ctx context.Context, e *model.Entity, ids []string, found map[string]json.RawMessage) error {
	if len(ids) == 0 || !r.rights.Allowed(e.Key, schemas.OpRead) {
		return nil
	}
	docs, err := r.visible(ctx, e, ids)
	if err != nil {
		return readError("expand", err)
	}
	rows := r.newMasked(e, nil)
	for _, d := range docs {
		render, err := rows.of(d)
		if err != nil {
			return err
		}
		if found[d.ID], err = render.append(make([]byte, 0, len(d.Body)), d.Body); err != nil {
			return err
		}
	}
	return nil
}

// visible reads the records of e with these ids that lie in the caller's rows.
func (r *reading) visible(ctx context.Context, e *model.Entity, ids []string) ([]store.Doc, error) {
	scope := r.rights.Scope(e.Key, schemas.OpRead)
	if scope == nil {
		return r.from.GetMany(ctx, e.Key, ids)
	}
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = id
	}
	return r.from.Find(ctx, e.Key, store.Find{
		Where: query.And(query.Cmp{Path: idPath, Op: query.In, Value: values}, scope), Limit: len(ids),
	})
}

var idPath = query.Path{Field: "id", Kind: query.Key}

// append adds "expanded":{…} to an item whose members stand before it.
func (x expansions) append(out, body []byte, mask *access.Mask) []byte {
	if len(x.fields) == 0 {
		return out
	}
	out = append(out, `,"expanded":{`...)
	first := len(out)
	for _, f := range x.fields {
		record := f.found[jsontext.TextMember(body, f.key)]
		if record == nil || !mask.Has(f.key) {
			continue
		}
		out = append(jsontext.AppendString(comma(out, first), f.key), ':')
		out = append(out, record...)
	}
	return append(out, '}')
}
