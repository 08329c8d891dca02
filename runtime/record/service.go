package record

import (
	"context"
	"math"
	"time"

	"weft/runtime/access"
	"weft/runtime/calendar"
	"weft/runtime/files"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/runtime/store/lease"
)

// Options of a Service. Store, Current and Authority must be given.
type Options struct {
	Store     store.Store
	Current   *model.Current
	Authority access.Authority
	// Files looks up attachments; nil refuses every file id.
	Files Files
	// Hooks run in order before validation; Effects name the jobs of a commit.
	Hooks   []Hook
	Effects []Effect
	// Committed is told of every batch of changes that was committed, so that the jobs
	// in it need not wait until somebody looks for them; nil for nobody.
	Committed func(*store.Batch)
	// Refresh loads what another process has published; it is called when
	// a change is refused for that. nil: nobody else publishes.
	Refresh func(ctx context.Context) error
	// Leases let only one process at a time recompute records; nil: there is only this one.
	Leases *lease.Keeper
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Zone gives the organisation's time zone; nil means UTC.
	Zone func() *time.Location
	// Calendar gives the organisation's working time; nil means a week of five days.
	Calendar func() *calendar.Calendar
	// SettingsRevision is that of the settings from which Zone and Calendar come; nil
	// when they never change.
	SettingsRevision func() int64
}

// Files is what changes need of the attachments.
type Files interface {
	// Lookup returns the files that exist, in any order.
	Lookup(ctx context.Context, ids []string) ([]files.File, error)
}

// Service reads and changes records. It is safe for concurrent use.
type Service struct {
	store            store.Store
	current          *model.Current
	authority        access.Authority
	files            Files
	hooks            []Hook
	effects          []Effect
	committed        func(*store.Batch)
	refresh          func(ctx context.Context) error
	leases           *lease.Keeper
	now              func() time.Time
	zone             func() *time.Location
	calendar         func() *calendar.Calendar
	settingsRevision func() int64
	contention       contentionQueues
	stale            contentionQueues // of RunAgain
	numbers          autoNumbers
	recomputationDue chan struct{} // tells the Recomputer of a new job
}

// New makes a Service.
func New(o Options) *Service {
	s := &Service{
		recomputationDue: make(chan struct{}, 1),
		store:            o.Store, current: o.Current, authority: o.Authority, files: o.Files,
		hooks: o.Hooks, effects: o.Effects, committed: o.Committed, refresh: o.Refresh, leases: o.Leases, now: o.Now, zone: o.Zone, calendar: o.Calendar, settingsRevision: o.SettingsRevision,
	}
	if s.committed == nil {
		s.committed = func(*store.Batch) {}
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.zone == nil {
		s.zone = func() *time.Location { return time.UTC }
	}
	if s.settingsRevision == nil {
		s.settingsRevision = func() int64 { return math.MaxInt64 }
	}
	if s.calendar == nil {
		s.calendar = func() *calendar.Calendar { return calendar.Usual(s.zone()) }
	}
	return s
}

// rights of the call's actor; a call without an actor is unauthenticated.
func (s *Service) rights(ctx context.Context, c Call) (*access.Rights, error) {
	if c.Actor == nil {
		return nil, problem.New(problem.Unauthenticated, "", nil)
	}
	return s.authority.Rights(ctx, c.Actor)
}
