// Package assign says who gets a record. A rule names the candidates, filters them,
// and gives each a weighted score; the user with the highest becomes the owner, the
// one who waited longest among equals. Every decision leaves a record of the
// built-in entity assignment, with the scores and the reason of each; users may
// also claim records that nobody owns.
//
// Nobody gets more than the rule allows, however many decide at once: a decision
// counts the open records of people on one snapshot, and its commit expects that
// the winner's row of LoadCollection is as it was on that snapshot. Each assignment
// and claim replaces that row, so that of two decisions for one person the later
// one is made again. What changes owners otherwise (a form, an import) needs no
// row: it does not ask how much somebody has.
package assign

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// Directory knows the people, their roles and departments; access.Service does.
type Directory interface {
	access.Authority
	Directory(ctx context.Context) (*access.Directory, error)
}

// Records changes records; record.Service does.
type Records interface {
	Replay(ctx context.Context, c record.Call) (*record.Result, error)
	ApplyRule(ctx context.Context, c record.Call, r record.RuleChange) (*record.Result, error)
}

// Reads answers questions about records; read.Service does.
type Reads interface {
	Get(ctx context.Context, actor *access.Actor, entity, id string, fields, expand []string) (json.RawMessage, int64, error)
	Query(ctx context.Context, actor *access.Actor, entity string, q read.Query) (*read.Page, error)
	Aggregate(ctx context.Context, actor *access.Actor, entity string, q read.AggregateQuery) ([]json.RawMessage, error)
}

// Options of a Service. Store, Current, Access, Records and Reads must be given.
type Options struct {
	Store   store.Store
	Current *model.Current
	Access  Directory
	Records Records
	Reads   Reads
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Zone gives the organisation's time zone; nil means UTC.
	Zone func() *time.Location
}

// Service assigns records. It is safe for concurrent use.
type Service struct {
	o     Options
	turns turns

	caching sync.Mutex
	people  map[string]peopleCache // by rule
}

// New makes a Service.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = func() *time.Location { return time.UTC }
	}
	return &Service{o: o, people: map[string]peopleCache{}}
}
