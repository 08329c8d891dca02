package read

import (
	"context"
	"encoding/json"
	"sync"

	"weft/runtime/access"
	"weft/runtime/jsontext"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// Limit is how many items are wanted; 0 stands for the default. A 0 in JSON is
// not the default but an error, so it is decoded as -1, which is refused.
type Limit int

// UnmarshalJSON tells a limit that is left out from one that is 0.
func (l *Limit) UnmarshalJSON(raw []byte) error {
	var n *int
	if err := json.Unmarshal(raw, &n); err != nil {
		return err
	}
	if n != nil {
		*l = Limit(*n)
		if *n == 0 {
			*l = -1
		}
	}
	return nil
}

// Query asks for a page of records; the contract says what each part means.
type Query struct {
	Where  json.RawMessage `json:"where,omitempty"`
	Search string          `json:"search,omitempty"`
	Sort   []string        `json:"sort,omitempty"`
	Limit  Limit           `json:"limit,omitempty"` // 0: 50
	Cursor string          `json:"cursor,omitempty"`
	Fields []string        `json:"fields,omitempty"` // nil: all; empty: id and rev
	Expand []string        `json:"expand,omitempty"`
	Count  string          `json:"count,omitempty"` // none, capped, exact
}

// Page is one page of records in wire form. Cursor is set when there are more;
// Count and Exact when a count was asked for.
type Page struct {
	Items  []json.RawMessage `json:"items"`
	Cursor string            `json:"cursor,omitempty"`
	Count  *int64            `json:"count,omitempty"`
	Exact  *bool             `json:"exact,omitempty"`

	memory *[]byte // in which all items lie
}

// pageMemory is for pages whose callers release them.
var pageMemory = sync.Pool{New: func() any { return new([]byte) }}

// maxPageMemory keeps the odd huge page from staying in the pool.
const maxPageMemory = 1 << 20

// Release gives the memory of the items back: they must not be looked at any
// more. Who keeps them does not call it.
func (p *Page) Release() {
	if p.memory != nil && cap(*p.memory) <= maxPageMemory {
		pageMemory.Put(p.memory)
	}
	p.memory, p.Items = nil, nil
}

// Query reads a page of records. Errors: not_found, forbidden, invalid (all
// problems at once) and those of the store.
func (s *Service) Query(ctx context.Context, actor *access.Actor, entity string, q Query) (*Page, error) {
	r, err := s.reading(ctx, actor, entity, schemas.OpRead)
	if err != nil {
		return nil, err
	}
	where := r.filter(q.Where, q.Search, schemas.OpRead)
	terms := r.sort(q.Sort)
	find := r.find(where, terms, q)
	ask := r.projection(q.Fields, q.Expand, false)
	if q.Count != "" && q.Count != "none" && q.Count != "capped" && q.Count != "exact" {
		r.fail("/count", "unknown_count")
	}
	if err := r.invalid(); err != nil {
		return nil, err
	}
	release, err := r.querySlot(ctx, find)
	if err != nil {
		return nil, err
	}
	page, err := r.page(ctx, find, terms, ask)
	release()
	if err != nil {
		return nil, err
	}
	return page, r.count(ctx, page, find, q.Count)
}

// find is the request to the store; one row more than the page shows whether
// there are more.
func (r *entityRequest) find(where query.Expr, terms []query.SortTerm, q Query) store.Find {
	rest, idDesc := query.SplitID(terms)
	return store.Find{
		Where: where, Sort: rest, IDDesc: idDesc,
		Limit: r.limit(q.Limit) + 1, After: r.after(q.Cursor, terms),
	}
}

// page reads and renders one page.
func (r *reading) page(ctx context.Context, f store.Find, terms []query.SortTerm, ask projection) (*Page, error) {
	docs, cursor, err := r.docs(ctx, f, terms)
	if err != nil {
		return nil, err
	}
	page := &Page{Cursor: cursor, memory: pageMemory.Get().(*[]byte)}
	page.Items, *page.memory, err = r.itemsInto(ctx, (*page.memory)[:0], docs, ask)
	return page, err
}

// docs reads one page, with a cursor when there are more.
func (r *reading) docs(ctx context.Context, f store.Find, terms []query.SortTerm) ([]store.Doc, string, error) {
	docs, err := r.from.Find(ctx, r.entity.Key, f)
	if err != nil {
		return nil, "", readError("query", err)
	}
	if len(docs) < f.Limit {
		return docs, "", nil
	}
	docs = docs[:f.Limit-1]
	p, err := r.position(ctx, docs[len(docs)-1], terms)
	return docs, query.EncodeCursor(p, r.cursorName(terms)), err
}

// position is the place of a row in the order.
func (r *reading) position(ctx context.Context, d store.Doc, terms []query.SortTerm) (query.Position, error) {
	rest, _ := query.SplitID(terms)
	if p, ok := ownPosition(d, rest); ok {
		return p, nil
	}
	doc, err := Decode(d)
	if err != nil {
		return query.Position{}, err
	}
	var failed error
	p := query.PositionOf(rest, doc, r.referenced(ctx, &failed))
	if failed != nil {
		return p, readError("cursor", failed)
	}
	return p, nil
}

// ownPosition reads a position from the body alone, without decoding the rest
// of it, where all terms are the row's own fields, visible wherever the row is.
func ownPosition(d store.Doc, terms []query.SortTerm) (query.Position, bool) {
	doc := make(map[string]any, len(terms)+1)
	doc["id"] = d.ID
	for _, t := range terms {
		if t.Path.Through != "" || t.Path.Visible != nil {
			return query.Position{}, false
		}
		raw := jsontext.Member(d.Body, t.Path.Field)
		if raw == nil {
			continue
		}
		var v any
		if json.Unmarshal(raw, &v) != nil {
			return query.Position{}, false
		}
		doc[t.Path.Field] = v
	}
	return query.PositionOf(terms, doc, nil), true
}

// count fills in how many records match. A first page without a next one is
// its own count; the cached number is used while nothing has changed.
func (r *reading) count(ctx context.Context, page *Page, f store.Find, kind string) error {
	if kind == "" || kind == "none" {
		return nil
	}
	n, exact := int64(len(page.Items)), true
	if page.Cursor != "" || f.After != nil {
		limit := 0
		if kind == "capped" {
			limit = countCap + 1
		}
		var err error
		if n, err = r.countOf(ctx, f.Where, limit); err != nil {
			return readError("count", err)
		}
		if limit > 0 && n > countCap {
			n, exact = countCap, false
		}
	}
	page.Count, page.Exact = &n, &exact
	return nil
}
