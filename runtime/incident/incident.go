// Package incident keeps what an administrator has to look at: triggers that cause
// each other without end, scripts that fail again and again, jobs that failed for
// good. An incident that happens again while it is open is counted, not repeated.
package incident

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"weft/runtime/job"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// Kind says what went wrong.
type Kind string

// The kinds.
const (
	Loop         Kind = "loop"          // triggers cause each other without end
	ScriptFailed Kind = "script_failed" // a script fails, or was switched off for it
	JobFailed    Kind = "job_failed"    // a job failed for good
	// TriggerFailed: runs of a trigger fail; after too many in a row it is kept from starting.
	TriggerFailed Kind = "trigger_failed"
)

// Collection holds the incidents; the id is made of what it is about.
const Collection = "weft_incident"

// Incident is one of them. Times are instants in stored form.
type Incident struct {
	ID   string `json:"id"`
	Rev  int64  `json:"rev"`
	Kind Kind   `json:"kind"`
	// Reason is a key of the catalogue of problems, Params fill its text.
	Reason string         `json:"reason,omitempty"`
	Params map[string]any `json:"params,omitempty"`
	Detail string         `json:"detail,omitempty"` // an error, for those who can read it
	// What it is about; "" where that does not apply.
	Trigger string `json:"trigger,omitempty"`
	Script  string `json:"script,omitempty"`
	Job     string `json:"job,omitempty"`
	Entity  string `json:"entity,omitempty"`
	Record  string `json:"record,omitempty"`
	Field   string `json:"field,omitempty"`
	// Chain is what led to it, the first cause first.
	Chain    []job.Link `json:"chain,omitempty"`
	FirstAt  string     `json:"first_at"`
	LastAt   string     `json:"last_at"`
	Count    int64      `json:"count"`
	Open     bool       `json:"open"`
	ClosedAt string     `json:"closed_at,omitempty"`
	ClosedBy string     `json:"closed_by,omitempty"` // a login
}

var incidents = table.New(Collection, func(i *Incident) (*string, *int64) { return &i.ID, &i.Rev })

var (
	pathOpen   = query.Path{Field: "open", Kind: query.Bool}
	pathLastAt = query.Path{Field: "last_at", Kind: query.Instant}
)

// Collections lists the collections of this package.
func Collections() []store.Collection {
	last := store.IndexKey{Path: pathLastAt, Desc: true}
	return []store.Collection{{
		Name: Collection, Unwatched: true, Kinds: map[string]query.Kind{"last_at": query.Instant, "open": query.Bool},
		Indexes: []store.Index{{Name: "last", Keys: []store.IndexKey{last}}, {Name: "open", Keys: []store.IndexKey{{Path: pathOpen}, last}}},
	}}
}

// Options of a Service; Store must be given.
type Options struct {
	Store store.Store
	// Told gives operations that are committed with a new incident, such as messages to
	// administrators; nil gives none.
	Told func(ctx context.Context, i Incident) ([]store.Op, error)
	Now  func() time.Time // nil means time.Now
}

// Service raises, lists and closes incidents. It is safe for concurrent use.
type Service struct{ o Options }

// New makes a Service.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Service{o: o}
}

// identity tells incidents apart: the same trouble of the same thing is one incident.
func (i *Incident) identity() string {
	sum := sha256.Sum256([]byte(string(i.Kind) + "\x00" + i.Reason + "\x00" + i.Trigger + "\x00" + i.Script + "\x00" + i.Job))
	return hex.EncodeToString(sum[:12])
}

// Raise raises an incident, or counts up the open one about the same thing, and gives
// its id. A closed one is opened again, as new.
func (s *Service) Raise(ctx context.Context, i Incident) (id string, err error) {
	for {
		ops, id, err := s.RaiseOps(ctx, i)
		if err != nil {
			return "", err
		}
		err = s.o.Store.Commit(ctx, &store.Batch{Ops: ops})
		if err == nil || !store.LostRace(err) {
			return id, err
		}
	}
}

// RaiseOps are the operations of Raise, for the commit of what went wrong. They
// conflict when the incident is raised by somebody else meanwhile.
func (s *Service) RaiseOps(ctx context.Context, i Incident) (ops []store.Op, id string, err error) {
	at := query.FormatInstant(s.o.Now())
	i.ID = i.identity()
	i.FirstAt, i.LastAt, i.Count, i.Open = at, at, 1, true
	old, err := incidents.Get(ctx, s.o.Store, i.ID)
	switch {
	case err == nil && old.Open:
		i.Rev, i.FirstAt, i.Count = old.Rev, old.FirstAt, old.Count+1
		op, err := incidents.Put(i)
		return []store.Op{op}, i.ID, err
	case err == nil:
		i.Rev = old.Rev
	case !errors.Is(err, store.ErrNotFound):
		return nil, "", err
	}
	op, err := incidents.Put(i)
	if err != nil || s.o.Told == nil {
		return []store.Op{op}, i.ID, err
	}
	told, err := s.o.Told(ctx, i)
	return append([]store.Op{op}, told...), i.ID, err
}

// Find finds the incident about the same thing as i, open or closed; nil for none.
func (s *Service) Find(ctx context.Context, i Incident) (*Incident, error) {
	found, err := incidents.Get(ctx, s.o.Store, i.identity())
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return &found, err
}

// IsOpen tells whether an incident is open.
func (s *Service) IsOpen(ctx context.Context, id string) (bool, error) {
	i, err := incidents.Get(ctx, s.o.Store, id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return i.Open, err
}

// Close closes an incident; what was stopped for it goes on. Error: not_found.
func (s *Service) Close(ctx context.Context, id, by string) (*Incident, error) {
	i, err := incidents.Get(ctx, s.o.Store, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, problem.New(problem.NotFound, "no_such_incident", nil)
	}
	if err != nil || !i.Open {
		return &i, err
	}
	i.Open, i.ClosedAt, i.ClosedBy = false, query.FormatInstant(s.o.Now()), by
	if err := incidents.Save(ctx, s.o.Store, &i); err != nil {
		if store.LostRace(err) {
			return nil, problem.New(problem.Conflict, "", nil)
		}
		return nil, err
	}
	return &i, nil
}

// pageSize is how many incidents a page holds.
const pageSize = 50

// List lists incidents, the latest first, open ones alone if asked, and gives the
// cursor of the next page, "" at the end. Error: invalid for a cursor that is none.
func (s *Service) List(ctx context.Context, open bool, cursor string) (list []Incident, next string, err error) {
	find := store.Find{Sort: []query.SortTerm{{Path: pathLastAt, Desc: true}}, IDDesc: true, Limit: pageSize + 1}
	if open {
		find.Where = query.Cmp{Path: pathOpen, Op: query.Eq, Value: true}
	}
	if cursor != "" {
		last, err := incidents.Get(ctx, s.o.Store, cursor)
		if errors.Is(err, store.ErrNotFound) {
			return nil, "", problem.Of(problem.Invalid, problem.At("/cursor", "cursor"))
		}
		if err != nil {
			return nil, "", err
		}
		find.After = &store.Position{Values: []any{last.LastAt}, ID: last.ID}
	}
	if list, err = incidents.Find(ctx, s.o.Store, find); err != nil {
		return nil, "", err
	}
	if len(list) > pageSize {
		list = list[:pageSize]
		next = list[pageSize-1].ID
	}
	return list, next, nil
}
