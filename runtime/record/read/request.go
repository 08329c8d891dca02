package read

import (
	"encoding/json"
	"time"

	"weft/runtime/access"
	"weft/runtime/calendar"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// Bounds of reads.
const (
	defaultLimit = 50
	maxLimit     = 1000
	countCap     = 1000
	maxSearch    = 255 // characters
	maxExpand    = 16
)

// entityRequest is what a caller asks of one entity. Its methods check the parts of
// the request against the entity and the caller's rights, and collect problems.
type entityRequest struct {
	rights      *access.Rights
	entity      *model.Entity
	env         query.Env
	times       *calendar.Calendar
	problems    []problem.Field
	filterAsked query.Filter // with searchAsked what cursors are bound to
	searchAsked string
	planned     query.Expr // the filter without row scopes, by which indexes are chosen
}

// now is the moment of the read in the organisation's time zone.
func (r *entityRequest) now() time.Time { return r.env.Now.In(r.env.Zone) }

func (r *entityRequest) fail(path, code string, params ...any) {
	r.problems = append(r.problems, problem.At(path, code, params...))
}

// invalid is the error of everything that is wrong with the request.
func (r *entityRequest) invalid() error {
	if len(r.problems) > 0 {
		return problem.Of(problem.Invalid, r.problems...)
	}
	return nil
}

// filter parses and binds a filter and a search, and joins them with the rows
// that op lets the caller see.
func (r *entityRequest) filter(where json.RawMessage, search string, op schemas.Operation) query.Expr {
	f, ps := query.Parse(where, RestrictEntity(r.rights, r.entity), "/where")
	r.filterAsked, r.searchAsked = f, search
	r.problems = append(r.problems, ps...)
	x, ps := f.Bind(r.env, r.entity, r.rights)
	r.problems = append(r.problems, ps...)
	r.planned = query.And(x, r.search(search))
	return query.And(r.rights.Scope(r.entity.Key, op), r.planned)
}

func (r *entityRequest) search(text string) query.Expr {
	if text == "" {
		return nil
	}
	if n := len([]rune(text)); n > maxSearch {
		r.fail("/search", "too_long", "max", maxSearch)
		return nil
	}
	fields := make([]query.Field, 0, len(r.entity.Searchable))
	for _, f := range r.entity.Searchable {
		if q, ok := r.entity.Lookup(f.Key); ok {
			fields = append(fields, q)
		}
	}
	return query.Search(text, r.entity, r.rights, fields)
}

// sort parses an order and cuts it to what the caller may see.
func (r *entityRequest) sort(terms []string) []query.SortTerm {
	sort, ps := query.ParseSort(terms, RestrictEntity(r.rights, r.entity), "/sort")
	if ps == nil {
		sort, ps = query.RestrictSort(sort, r.entity, r.rights, "/sort")
	}
	r.problems = append(r.problems, ps...)
	return sort
}

// cursorName names what a cursor belongs to: entity, order, filter and search.
func (r *entityRequest) cursorName(terms []query.SortTerm) string {
	return r.entity.Key + "\n" + query.OrderName(terms) + "\n" + r.filterAsked.Canonical() + "\n" + r.searchAsked
}

// limit of a page; 0 stands for the default.
func (r *entityRequest) limit(l Limit) int {
	n := int(l)
	switch {
	case n == 0:
		return defaultLimit
	case n < 0:
		r.fail("/limit", "too_small", "min", 1)
	case n > maxLimit:
		r.fail("/limit", "too_great", "max", maxLimit)
	}
	return n
}

// after reads a cursor of the given order.
func (r *entityRequest) after(cursor string, terms []query.SortTerm) *store.Position {
	if cursor == "" {
		return nil
	}
	p, err := query.DecodeCursor(cursor, r.cursorName(terms))
	rest, _ := query.SplitID(terms)
	if err != nil || !p.Fits(rest) {
		r.fail("/cursor", "cursor")
		return nil
	}
	return (*store.Position)(p)
}

// fields checks the fields asked for: nil for all.
func (r *entityRequest) fields(keys []string) map[string]bool {
	if keys == nil {
		return nil
	}
	set := make(map[string]bool, len(keys))
	for i, key := range keys {
		if !r.readable(key) {
			r.fail("/fields"+problem.Pointer(i), "unknown_field", "field", key)
		}
		set[key] = true
	}
	return set
}

// readable tells whether the caller may read the field on some row.
func (r *entityRequest) readable(key string) bool {
	return (model.IsSystem(key) || r.entity.ByKey[key] != nil) && r.rights.Readable(r.entity.Key, key)
}
