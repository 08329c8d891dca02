package transfer

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/startstop"
	"weft/runtime/store"
	"weft/runtime/store/lease"
	"weft/runtime/store/table"
)

// Collections of this package.
const (
	importCollection  = "weft_import"         // id: import id
	problemCollection = "weft_import_problem" // id: <import id>:<step>:<row>
	mappingCollection = "weft_import_mapping" // id: name
)

// Collections are the store collections of this package.
func Collections() []store.Collection {
	return []store.Collection{
		{Name: importCollection, Unwatched: true, Indexes: []store.Index{
			{Name: "state", Keys: []store.IndexKey{{Path: query.Path{Field: "state", Kind: query.Key}}}},
		}},
		{Name: problemCollection, Unwatched: true},
		{Name: mappingCollection, Unwatched: true},
	}
}

// resumeEvery is how often a server looks for interrupted imports.
const resumeEvery = lease.Life / 3

var (
	importTable  = table.New(importCollection, func(d *storedImport) (*string, *int64) { return &d.ID, &d.Rev })
	problemTable = table.New(problemCollection, func(p *storedPage) (*string, *int64) { return &p.ID, &p.Rev })
	mappingTable = table.New(mappingCollection, func(m *storedMapping) (*string, *int64) { return &m.ID, &m.Rev })
)

// Options of a Service. Those up to Current must be given.
type Options struct {
	Store   store.Store
	Leases  *lease.Keeper
	Files   FileStore
	Records *record.Service
	Reads   *read.Service
	Access  Access
	Current *model.Current
	// Now is the clock; nil means time.Now. Zone gives the organisation's
	// time zone; nil means UTC.
	Now  func() time.Time
	Zone func() *time.Location
	// Dir is for local copies of files while they are read; "" is the folder for
	// temporary files of the system.
	Dir string
	// Workers is the number of imports that run at once, 2 by default; more wait.
	Workers int
	Logger  *slog.Logger
}

// Access gives rights, and people by id; access.Service is one.
type Access interface {
	access.Authority
	ActorOf(ctx context.Context, idOrLogin string) (*access.Actor, error)
}

// Service imports and exports. It is safe for concurrent use.
type Service struct {
	Options
	workers chan struct{}
	resumer *startstop.Periodic
	base    context.Context
	stop    context.CancelFunc
	tasks   sync.WaitGroup

	mu      sync.Mutex
	running map[string]*task
}

// New makes a Service. Imports run in the background until Close.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = func() *time.Location { return time.UTC }
	}
	if o.Workers <= 0 {
		o.Workers = 2
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{Options: o, workers: make(chan struct{}, o.Workers), running: map[string]*task{}}
	s.base, s.stop = context.WithCancel(context.Background())
	s.resumer = startstop.NewPeriodic(startstop.Period{Name: "resume imports", RunOnce: s.Resume, Every: resumeEvery, Logger: o.Logger})
	return s
}

// Close stops running imports after their present group of rows and waits for
// them. Resume continues them.
func (s *Service) Close() error {
	s.resumer.Stop()
	s.stop()
	s.tasks.Wait()
	return nil
}
