package trigger

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"weft/runtime/access"
	"weft/runtime/incident"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/schemas"
)

// Access gives rights to people and finds them.
type Access interface {
	access.Authority
	ActorOf(ctx context.Context, idOrLogin string) (*access.Actor, error)
	Directory(ctx context.Context) (*access.Directory, error)
}

// Notifier makes the operations that tell people something; they are committed
// with the step.
type Notifier interface {
	NotifyOps(ctx context.Context, n Notification) ([]store.Op, error)
}

// Notification is a message of a step to people, about a record.
type Notification struct {
	To             []string // user ids
	Text           schemas.Title
	Entity, Record string
	Cause          string // the run
	Channels       []string
	At             time.Time
}

// Assigner gives records their owners by rules. The answer is the result of the step.
type Assigner interface {
	Assign(ctx context.Context, a Assignment) (any, error)
}

// Assignment is what a step asks of an Assigner.
type Assignment struct {
	Call           record.Call
	Rule           string
	Entity, Record string
	// DryRun tells whom the rule would choose, and changes nothing.
	DryRun bool
	// Ops are committed with the assignment; nil for a dry run.
	Ops func(answer any) ([]store.Op, error)
}

// Caller calls addresses outside. Key tells the receiver a repeated request.
type Caller interface {
	Do(ctx context.Context, r Request) (*Response, error)
}

// Request is one call of an address outside.
type Request struct {
	Method, URL string
	Headers     map[string]string
	Body        []byte
	Key         string
}

// Response is the answer to a Request.
type Response struct {
	Status int
	Body   []byte
}

// ScriptRunner runs the function of a script. What the script changes is given
// back as operations, which are committed with the step; they are refused as stale when
// what the script has read was changed before.
type ScriptRunner interface {
	RunStep(ctx context.Context, c ScriptCall) (*ScriptAnswer, error)
}

// ScriptCall is one call of a script by a step.
type ScriptCall struct {
	Key        string
	Actor      *access.Actor
	Entity, ID string
	// Record is the record in stored form where the script is to see it otherwise than
	// it is stored: in dry runs, and when it was deleted. Old is the record before.
	Record, Old map[string]any
	Input       any
	Results     map[string]any
	DryRun      bool
}

// ScriptAnswer is what a script wants to have written by Actor, and what it returned.
type ScriptAnswer struct {
	Actor      *access.Actor
	Operations []record.Operation
	Result     any
}

// Options of a Service. Store, Current, Records, Access, Effect and Incidents must
// be given; a step of a type whose part is nil fails.
type Options struct {
	Store   store.Store
	Current *model.Current
	Records *record.Service
	Access  Access
	Effect  *Effect
	// Definitions gives a published set, for runs that began under an earlier version.
	Definitions func(ctx context.Context, version int64) (*schemas.Set, error)
	// Refresh loads what another process has published; nil: nobody else publishes.
	Refresh func(ctx context.Context) error
	// Language is that of texts without a reader: zh-CN or en.
	Language func() string
	Now      func() time.Time

	// Committed is told of every commit that may hold jobs.
	Committed func(*store.Batch)

	Notifier  Notifier
	Assigner  Assigner
	Caller    Caller
	Scripts   ScriptRunner
	Incidents *incident.Service
	Logger    *slog.Logger
}

// Service carries out runs, and answers what they did. It is safe for concurrent use.
type Service struct {
	o   Options
	log *slog.Logger

	mu      sync.Mutex
	earlier map[string]*model.Trigger // by version and key, under the model that follows
	under   *model.Model
}

// New makes a Service.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Language == nil {
		o.Language = func() string { return "zh-CN" }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{o: o, log: o.Logger}
}

func (s *Service) now() time.Time { return s.o.Now().UTC().Truncate(time.Millisecond) }

// modelOf is the model in force, which is of a version or a later one: another process
// may have published it a moment ago.
func (s *Service) modelOf(ctx context.Context, version int64) (*model.Model, error) {
	if m := s.o.Current.Model(); version <= m.Version || s.o.Refresh == nil {
		return m, nil
	}
	if err := s.o.Refresh(ctx); err != nil {
		return nil, err
	}
	return s.o.Current.Model(), nil
}

// triggerOf is the trigger with which a run began: the one in force, or that of
// the version of the run. A problem says why there is none.
func (s *Service) triggerOf(ctx context.Context, r *Run) (*model.Trigger, error) {
	m, err := s.modelOf(ctx, r.Version)
	if err != nil {
		return nil, err
	}
	if t := m.Triggers[r.Trigger]; t != nil && t.Digest == r.Digest {
		return t, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.under != m {
		s.under, s.earlier = m, map[string]*model.Trigger{}
	}
	key := model.VersionID(r.Version) + r.Trigger
	if t := s.earlier[key]; t != nil {
		return t, nil
	}
	set, err := s.o.Definitions(ctx, r.Version)
	if err != nil {
		return nil, err
	}
	d, ok := set.Get(schemas.KindTrigger, r.Trigger)
	if !ok {
		return nil, problem.New(problem.NotFound, "no_such_trigger", map[string]any{"trigger": r.Trigger})
	}
	t, problems := m.CompileTrigger(d.(*schemas.Trigger))
	if len(problems) > 0 {
		return nil, problem.Of(problem.Invalid, problems...)
	}
	s.earlier[key] = t
	return t, nil
}

// person is who caused a run; weft itself when nobody did, or the person is gone.
func (s *Service) person(ctx context.Context, r *Run) *access.Actor {
	if a, err := s.actor(ctx, &Run{By: r.By}); err == nil {
		return a
	}
	return access.System()
}

// actor is whose rights a run has: those of its role, of who caused it, or of weft
// itself when nobody did.
func (s *Service) actor(ctx context.Context, r *Run) (*access.Actor, error) {
	switch {
	case r.As != "":
		return access.ActingAs(r.As), nil
	case r.By == "":
		return access.System(), nil
	}
	a, err := s.o.Access.ActorOf(ctx, r.By)
	if err == nil || !r.timed() {
		return a, err
	}
	if code := problem.CodeOf(err); code != problem.Unauthenticated && code != problem.NotFound {
		return nil, err
	}
	return access.System(), nil // the person has left since
}

// timed tells whether the run was started by a time, maybe long after its person set it.
func (r *Run) timed() bool {
	return r.Event == schemas.EventDateReached || r.Event == schemas.EventSilence
}
