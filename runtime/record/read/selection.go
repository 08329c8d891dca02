package read

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// Selection is a query prepared for one reader, to be asked again and again
// about single records as they change: live views stand on it. It holds for
// the rights and the time with which it was made.
type Selection struct {
	Rights *access.Rights
	Entity *model.Entity
	// Where is bound, with the reader's row scope; Sort is cut to the reader's rights.
	Where query.Expr
	Sort  []query.SortTerm
	Limit int

	s      *Service
	actor  *access.Actor
	env    query.Env
	keys   []string        // fields asked for; nil for all
	fields map[string]bool // the same
	expand []string
	view   string // names keys
	whole  bool   // needs Get: references are expanded or child rows asked for
}

// Select checks a query as Query does and prepares it. A cursor has no meaning
// here and is refused; a count is not made.
func (s *Service) Select(ctx context.Context, actor *access.Actor, entity string, q Query) (*Selection, error) {
	r, err := s.reading(ctx, actor, entity, schemas.OpRead)
	if err != nil {
		return nil, err
	}
	sel := &Selection{
		Rights: r.rights, Entity: r.entity, Where: r.filter(q.Where, q.Search, schemas.OpRead), Sort: r.sort(q.Sort),
		Limit: r.limit(q.Limit), s: s, actor: actor, env: r.env, keys: q.Fields, fields: r.fields(q.Fields), expand: r.expand(q.Expand),
	}
	if q.Cursor != "" {
		r.fail("/cursor", "cursor")
	}
	for _, f := range r.entity.Fields {
		sel.whole = sel.whole || f.IsChildRows() && sel.fields[f.Key]
	}
	sel.whole = sel.whole || len(q.Expand) > 0
	sel.view = "*:"
	if q.Fields != nil {
		sel.view = strings.Join(q.Fields, ",") + ":"
	}
	return sel, r.invalid()
}

// Find reads the first records of the selection in its order, at most one more
// than its limit, which tells that there are others.
func (sel *Selection) Find(ctx context.Context) ([]store.Doc, error) {
	terms, desc := query.SplitID(sel.Sort)
	docs, err := sel.s.store.Find(ctx, sel.Entity.Key, store.Find{
		Where: sel.Where, Sort: terms, IDDesc: desc, Limit: sel.Limit + 1})
	if err != nil {
		return nil, readError("live query", err)
	}
	return docs, nil
}

// RenderKey names what of a record the reader sees: records that look the same to
// two readers have the same RenderKey. It is "" when each must be rendered for itself.
func (sel *Selection) RenderKey(doc map[string]any) string {
	if sel.whole {
		return ""
	}
	mask := sel.Rights.ReadMask(sel.Entity.Key, doc)
	if mask.All() {
		return sel.view + "*" // no fields are another view than all of them
	}
	return sel.view + strings.Join(mask.Fields(), ",")
}

// Render writes a record of the selection in wire form; body and doc are the
// same record.
func (sel *Selection) Render(ctx context.Context, body []byte, doc map[string]any) (json.RawMessage, error) {
	if sel.whole {
		id, _ := doc["id"].(string)
		raw, _, err := sel.s.Get(ctx, sel.actor, sel.Entity.Key, id, sel.keys, sel.expand)
		return raw, err
	}
	mask := sel.Rights.ReadMask(sel.Entity.Key, doc)
	return newRenderer(sel.Entity, mask, sel.fields).at(sel.s.now().In(sel.s.zone()), sel.s.calendar()).append(make([]byte, 0, len(body)), body)
}

// Depends lists the other collections whose records decide what the selection
// holds or shows.
func (sel *Selection) Depends() []string {
	found := map[string]bool{}
	find := func(key string) { found[key] = true }
	query.Collections(sel.Where, find)
	for _, t := range sel.Sort {
		t.Path.Collections(find)
	}
	for _, key := range sel.expand {
		if f, ok := sel.Entity.Lookup(key); ok && f.Target != nil {
			found[f.Target.EntityKey()] = true
		}
	}
	for _, f := range sel.Entity.Fields {
		if f.IsChildRows() && sel.fields[f.Key] {
			found[f.Target.Key] = true
		}
	}
	delete(found, sel.Entity.Key)
	return slices.Sorted(maps.Keys(found))
}

// UsesNow tells whether a query speaks of the present time, so that what it holds
// changes without any change of a record. The phase of a clock counts as that.
func (q Query) UsesNow() bool {
	return slices.ContainsFunc([]string{`"now"`, `"day"`, `.state"`}, func(mark string) bool {
		return bytes.Contains(q.Where, []byte(mark))
	})
}
