package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/request"
	"weft/runtime/store"
	"weft/schemas"
)

// Options of a Service. Now and Zone may be left out: the clock of the machine, UTC.
type Options struct {
	Store   store.Store
	Current *model.Current
	Now     func() time.Time
	// Zone gives the organisation's time zone.
	Zone func() *time.Location
	// Unconfirmed lists, by package, the definitions that await confirmation;
	// nil: none do. Explain tells of roles among them.
	Unconfirmed func(ctx context.Context) (map[string][]schemas.Definition, error)
	// FirstWeekday is the day with which the organisation's week begins; nil means Monday.
	FirstWeekday func() time.Weekday
	// Times says how long sessions live; the zero value means the defaults.
	Times SessionTimes
}

// Service knows people, their roles, sessions and tokens. It implements
// Authority. What it caches holds only as long as the change numbers of the
// collections it comes from.
type Service struct {
	Options

	people   atomic.Pointer[directoryState]
	loading  sync.Mutex
	secrets  secretCache
	hasher   *hasher
	attempts sync.Mutex            // one sign-in at a time counts its try
	signIns  request.Share[string] // of each account
}

// directoryState is the directory with the rights that were compiled from it.
type directoryState struct {
	stamp     changeNumbers
	directory *Directory
	rights    sync.Map // rightsKey → *Rights
}

type rightsKey struct{ user, token, role string }

// timeDependentLife is how long rights that depend on the present time are kept.
const timeDependentLife = time.Second

// New makes a Service. It reads nothing yet.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = func() *time.Location { return time.UTC }
	}
	o.Times = o.Times.orDefaults()
	return &Service{Options: o, hasher: newHasher(), signIns: request.Share[string]{PerKey: accountRunning, MaxWaiting: accountWaiting}, secrets: secretCache{byDigest: map[digest]*cachedSecret{}}}
}

// state gives the current directory, reloaded after a change.
func (s *Service) state(ctx context.Context) (*directoryState, error) {
	now, err := readChangeNumbers(ctx, s.Store)
	if err != nil {
		return nil, storeProblem(err)
	}
	if p := s.people.Load(); p != nil && p.stamp == now {
		return p, nil
	}
	s.loading.Lock()
	defer s.loading.Unlock()
	// The stamp is read before the people: what changes in between is read again.
	if now, err = readChangeNumbers(ctx, s.Store); err != nil {
		return nil, storeProblem(err)
	}
	if p := s.people.Load(); p != nil && p.stamp == now {
		return p, nil
	}
	d, err := readDirectory(ctx, s.Store)
	if err != nil {
		return nil, storeProblem(err)
	}
	p := &directoryState{stamp: now, directory: d}
	s.people.Store(p)
	return p, nil
}

// Directory gives the present people and departments.
func (s *Service) Directory(ctx context.Context) (*Directory, error) {
	p, err := s.state(ctx)
	if err != nil {
		return nil, err
	}
	return p.directory, nil
}

// Rights gives what the actor may do now, not at sign-in. An actor without a
// user (the command line, weft itself) keeps the rights it carries. A user who
// is missing or not active is unauthenticated.
func (s *Service) Rights(ctx context.Context, a *Actor) (*Rights, error) {
	m := s.Current.Model()
	p, err := s.state(ctx)
	if err != nil {
		return nil, err
	}
	if a.UserID == "" {
		return s.compile(m, a, p.directory).with(ctx, s), nil
	}
	key := rightsKey{a.UserID, a.Token, a.TokenRole}
	if kept, ok := p.rights.Load(key); ok {
		r := kept.(*Rights)
		if r.Model == m && (!r.timeDependent || s.Now().Sub(r.Env.Now) < timeDependentLife) {
			return r.with(ctx, s), nil
		}
	}
	person := p.directory.people[a.UserID]
	if person == nil || !person.Active {
		return nil, problem.New(problem.Unauthenticated, "", nil)
	}
	r := s.compile(m, p.directory.actor(person, a.Session, a.Token, a.TokenRole), p.directory)
	p.rights.Store(key, r)
	return r.with(ctx, s), nil
}

func (s *Service) compile(m *model.Model, a *Actor, d *Directory) *Rights {
	return Compile(m, a, RightsInput{
		Env:       query.Env{Now: s.Now(), Zone: s.Zone(), WeekOffset: s.weekOffset()},
		Directory: d,
		Lookup:    s.lookup(context.Background()),
	})
}

// with copies shared rights for one request: its context ends the reads of row
// scopes, its time and zone replace those of the compilation.
func (r *Rights) with(ctx context.Context, s *Service) *Rights {
	c := *r
	c.Env.Now, c.Env.Zone, c.lookup = s.Now(), s.Zone(), s.lookup(ctx)
	c.Env.WeekOffset = s.weekOffset()
	return &c
}

// weekOffset is how many days after Monday the week begins.
func (s *Service) weekOffset() int {
	if s.FirstWeekday == nil {
		return 0
	}
	return (int(s.FirstWeekday()) + 6) % 7
}

// lookup reads records for row scopes that cross a reference.
func (s *Service) lookup(ctx context.Context) Lookup {
	return func(collection, id string) (map[string]any, error) {
		doc, err := s.Store.Get(ctx, collection, id)
		if errors.Is(err, store.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("access: %s/%s: %w", collection, id, err)
		}
		var body map[string]any
		if err := json.Unmarshal(doc.Body, &body); err != nil {
			return nil, fmt.Errorf("access: %s/%s: %w", collection, id, err)
		}
		return body, nil
	}
}

// ActorOf gives the actor of a person by id or login, without a session: the
// command line acts so. It fails with not_found, or unauthenticated when the
// person is not active.
func (s *Service) ActorOf(ctx context.Context, idOrLogin string) (*Actor, error) {
	p, err := s.state(ctx)
	if err != nil {
		return nil, err
	}
	person := p.directory.Person(idOrLogin)
	if person == nil {
		return nil, problem.New(problem.NotFound, "", nil)
	}
	if !person.Active {
		return nil, problem.New(problem.Unauthenticated, "", nil)
	}
	return p.directory.actor(person, "", "", ""), nil
}
