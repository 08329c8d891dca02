package transfer

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// Collections that this room owns.
const (
	importCollection  = "weft_import"         // id: import id
	leaseCollection   = "weft_import_lease"   // id: import id
	problemCollection = "weft_import_problem" // id: <import id>:<step>:<row>
	mappingCollection = "weft_import_mapping" // id: name
)

// Collections are the store collections of this room.
func Collections() []store.Collection {
	return []store.Collection{
		{Name: importCollection, Unwatched: true, Indexes: []store.Index{
			{Name: "state", Keys: []store.IndexKey{{Path: query.Path{Field: "state", Kind: query.Key}}}},
		}},
		{Name: leaseCollection, Unwatched: true},
		{Name: problemCollection, Unwatched: true},
		{Name: mappingCollection, Unwatched: true},
	}
}

// Options of a Service. Store, Records, Reads, Access and Current must be given.
type Options struct {
	Store   store.Store
	Records *record.Service
	Reads   *read.Service
	Access  Access
	Current *model.Current
	// Now is the clock; nil means time.Now. Zone gives the organisation's
	// time zone; nil means UTC.
	Now  func() time.Time
	Zone func() *time.Location
	// Dir keeps uploaded files until their import is done, so that an import
	// goes on after a restart. "" is a folder under the system's temporary one.
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
	if o.Dir == "" {
		o.Dir = filepath.Join(os.TempDir(), "weft-imports")
	}
	if o.Workers <= 0 {
		o.Workers = 2
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{Options: o, workers: make(chan struct{}, o.Workers), running: map[string]*task{}}
	s.base, s.stop = context.WithCancel(context.Background())
	return s
}

// Close stops running imports at the end of their present group of rows and
// waits for them. Resume goes on with them.
func (s *Service) Close() error {
	s.stop()
	s.tasks.Wait()
	return nil
}
