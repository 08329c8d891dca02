// Package read answers questions about records under the rights of an actor:
// single records, pages of a query, boards, aggregates, exports, histories, and
// selections for live views. It changes nothing.
//
// A row is read only where the row scope of the actor allows it, child rows
// only where their parent is seen. A field that the actor may read on no row is
// treated like one that does not exist, in filters, sorts, groups and answers.
// Stored bodies are copied into answers without being decoded (see renderer).
package read

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// Collections that reads know beside those of the entities; package record
// writes them.
const (
	HistoryCollection = "weft_history" // id: <record id>:<rev, 10 digits>
	BinCollection     = "weft_bin"     // deleted records; id: record id
)

// Options of a Service. Store and Authority must be given.
type Options struct {
	Store     store.Store
	Authority access.Authority
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Zone gives the organisation's time zone; nil means UTC.
	Zone func() *time.Location
}

// Service answers reads. It is safe for concurrent use.
type Service struct {
	store      store.Store
	authority  access.Authority
	now        func() time.Time
	zone       func() *time.Location
	aggregates aggregateCache
	exports    chan struct{} // taken by each running Each
}

// New makes a Service.
func New(o Options) *Service {
	s := &Service{
		store: o.Store, authority: o.Authority, now: o.Now, zone: o.Zone, exports: make(chan struct{}, exportsAtOnce),
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.zone == nil {
		s.zone = func() *time.Location { return time.UTC }
	}
	return s
}

// rights of an actor; nobody is unauthenticated.
func (s *Service) rights(ctx context.Context, actor *access.Actor) (*access.Rights, error) {
	if actor == nil {
		return nil, problem.New(problem.Unauthenticated, "", nil)
	}
	return s.authority.Rights(ctx, actor)
}

// Bounds of reads.
const (
	defaultLimit = 50
	maxLimit     = 1000
	countCap     = 1000
	maxSearch    = 255 // characters
	maxExpand    = 16
)

// reading is one read of one entity by one person.
type reading struct {
	s        *Service
	from     store.Reader
	rights   *access.Rights
	entity   *model.Entity
	env      query.Env
	problems []problem.Field
}

// reading begins a read: not_found for an unknown entity, forbidden for one of
// which the person may see nothing at all.
func (s *Service) reading(ctx context.Context, actor *access.Actor, entity string, op schemas.Operation) (*reading, error) {
	rights, err := s.rights(ctx, actor)
	if err != nil {
		return nil, err
	}
	e, ok := rights.Model.Entity(entity) // the model of which the rights speak
	if !ok {
		return nil, problem.New(problem.NotFound, "no_such_entity", map[string]any{"entity": entity})
	}
	if !rights.Allowed(entity, schemas.OpRead) || !rights.Allowed(entity, op) {
		return nil, problem.New(problem.Forbidden, "no_right", nil)
	}
	env := rights.Env
	env.Now, env.Zone = s.now(), s.zone()
	return &reading{s: s, from: s.store, rights: rights, entity: e, env: env}, nil
}

// now is the moment of the read in the organisation's time zone.
func (r *reading) now() time.Time { return r.env.Now.In(r.env.Zone) }

func (r *reading) fail(path, code string, params ...any) {
	r.problems = append(r.problems, problem.At(path, code, params...))
}

// invalid is the error of everything that is wrong with the request.
func (r *reading) invalid() error {
	if len(r.problems) > 0 {
		return problem.Of(problem.Invalid, r.problems...)
	}
	return nil
}

// filter parses and binds a filter and a search, and joins them with the rows
// that op lets the person see.
func (r *reading) filter(where json.RawMessage, search string, op schemas.Operation) query.Expr {
	f, ps := query.Parse(where, RestrictEntity(r.rights, r.entity), "/where")
	r.problems = append(r.problems, ps...)
	x, ps := f.Bind(r.env, r.entity, r.rights)
	r.problems = append(r.problems, ps...)
	return query.And(Scope(r.rights, r.entity, op), x, r.search(search))
}

func (r *reading) search(text string) query.Expr {
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

// sort parses an order and cuts it to what the person may see.
func (r *reading) sort(terms []string) []query.SortTerm {
	sort, ps := query.ParseSort(terms, RestrictEntity(r.rights, r.entity), "/sort")
	if ps == nil {
		sort, ps = query.CutSort(sort, r.entity, r.rights, "/sort")
	}
	r.problems = append(r.problems, ps...)
	return sort
}

// limit of a page; 0 stands for the default.
func (r *reading) limit(n int) int {
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
func (r *reading) after(cursor string, terms []query.SortTerm) *store.Position {
	if cursor == "" {
		return nil
	}
	p, err := query.DecodeCursor(cursor, query.OrderName(terms))
	rest, _ := query.SplitID(terms)
	if err != nil || !p.Fits(rest) {
		r.fail("/cursor", "cursor")
		return nil
	}
	return (*store.Position)(p)
}

// fields checks the fields asked for: nil for all.
func (r *reading) fields(keys []string) map[string]bool {
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

// readable tells whether the person may read the field on some row.
func (r *reading) readable(key string) bool {
	return (model.IsSystem(key) || r.entity.ByKey[key] != nil) && r.rights.Readable(r.entity.Key, key)
}

// referenced gives query.Matches the records across references; an error of the store
// is kept in err and reads as a record that does not exist.
func (r *reading) referenced(ctx context.Context, err *error) func(collection, id string) map[string]any {
	return func(collection, id string) map[string]any {
		d, failed := r.from.Get(ctx, collection, id)
		if failed == nil {
			var doc map[string]any
			if doc, failed = Decode(d); failed == nil {
				return doc
			}
		}
		if !errors.Is(failed, store.ErrNotFound) && *err == nil {
			*err = failed
		}
		return nil
	}
}

func readError(what string, err error) error {
	return StoreProblem(fmt.Errorf("read: %s: %w", what, err))
}
