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
	"errors"
	"fmt"
	"time"

	"weft/runtime/access"
	"weft/runtime/calendar"
	"weft/runtime/problem"
	"weft/runtime/request"
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
	// Calendar gives the organisation's working time; nil means a week of five days.
	Calendar func() *calendar.Calendar
}

// Service answers reads. It is safe for concurrent use.
type Service struct {
	store      store.Store
	authority  access.Authority
	now        func() time.Time
	zone       func() *time.Location
	calendar   func() *calendar.Calendar
	aggregates aggregateCache
	exports    chan struct{}         // taken by each running Each
	exporting  request.Share[string] // slots of each user for Each
	heavy      request.Share[string] // slots of each user for heavy reads
}

// New makes a Service.
func New(o Options) *Service {
	s := &Service{
		store: o.Store, authority: o.Authority, now: o.Now, zone: o.Zone, calendar: o.Calendar, exports: make(chan struct{}, exportsAtOnce),
		exporting: request.Share[string]{PerKey: exportsPerUser}, heavy: request.Share[string]{PerKey: heavyPerUser},
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.zone == nil {
		s.zone = func() *time.Location { return time.UTC }
	}
	if s.calendar == nil {
		s.calendar = func() *calendar.Calendar { return calendar.Usual(s.zone()) }
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

// reading is one read of one entity by one actor.
type reading struct {
	*entityRequest
	s    *Service
	from store.Reader // the store, or a snapshot of it
}

// reading begins a read: not_found for an unknown entity, forbidden for one of
// which the caller may see nothing at all.
func (s *Service) reading(ctx context.Context, actor *access.Actor, entity string, op schemas.Operation) (*reading, error) {
	rights, err := s.rights(ctx, actor)
	if err != nil {
		return nil, err
	}
	e, ok := rights.Model.Entity(entity) // the model of which the rights speak
	if !ok {
		return nil, rights.NoEntity(entity)
	}
	if !rights.Allowed(entity, schemas.OpRead) || !rights.Allowed(entity, op) {
		return nil, problem.New(problem.Forbidden, "no_right", nil)
	}
	env := rights.Env
	env.Now, env.Zone = s.now(), s.zone()
	return &reading{entityRequest: &entityRequest{rights: rights, entity: e, env: env, times: s.calendar()}, s: s, from: s.store}, nil
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
