package access

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"weft/runtime/problem"
	"weft/runtime/store"
)

// maxCachedSecrets secrets are kept in memory; beyond, all are forgotten and read again.
const maxCachedSecrets = 20000

// secretCache keeps the secrets that were right, as long as the change number of
// their collection says that they still are.
type secretCache struct {
	sync.RWMutex
	byDigest map[digest]*cachedSecret
}

// cachedSecret is one session or token.
type cachedSecret struct {
	collection string
	number     uint64 // change number of collection, read before the entry
	id, user   string
	role       string // of a token
	local      bool
	expires    time.Time     // zero: never
	idle       time.Duration // ends a session that is not used; 0: never
	renewAt    time.Time     // zero: never
	usedAt     atomic.Int64
	actor      atomic.Pointer[boundActor]
}

// boundActor is the actor of an entry under one state of the people.
type boundActor struct {
	people *directoryState
	actor  *Actor
}

var errUnknownSecret = problem.New(problem.Unauthenticated, "", nil)

// Authenticate finds the user of a session's or token's secret. It fails
// with unauthenticated when the secret is unknown, revoked or has ended, or the
// person is not active: all of it as of now, on every node.
func (s *Service) Authenticate(ctx context.Context, token string) (*Actor, error) {
	collection := SessionCollection
	if strings.HasPrefix(token, tokenPrefix) {
		collection = TokenCollection
	} else if !strings.HasPrefix(token, sessionPrefix) {
		return nil, errUnknownSecret
	}
	sum := digestOf(token)
	number, err := s.Store.ChangeNumber(ctx, collection)
	if err != nil {
		return nil, storeProblem(err)
	}
	s.secrets.RLock()
	e := s.secrets.byDigest[sum]
	s.secrets.RUnlock()
	if e == nil || e.number != number {
		if e, err = s.loadSecret(ctx, collection, sum, number); err != nil {
			return nil, err
		}
	}
	now := s.Now()
	if e.ended(now) { // another node may have recorded a later use
		if e, err = s.loadSecret(ctx, collection, sum, number); err != nil {
			return nil, err
		}
		if e.ended(now) {
			return nil, errUnknownSecret
		}
	}
	a, err := s.actorOf(ctx, e)
	if err != nil {
		return nil, err
	}
	s.recordUse(ctx, e, now)
	if !e.renewAt.IsZero() && !now.Before(e.renewAt) {
		due := *a
		due.RotateSecret = true
		return &due, nil
	}
	return a, nil
}

func (e *cachedSecret) ended(now time.Time) bool {
	idle := e.idle > 0 && !now.Before(time.Unix(0, e.usedAt.Load()).Add(e.idle))
	return idle || !e.expires.IsZero() && !now.Before(e.expires)
}

// actorOf gives the entry's actor under the present people.
func (s *Service) actorOf(ctx context.Context, e *cachedSecret) (*Actor, error) {
	p, err := s.state(ctx)
	if err != nil {
		return nil, err
	}
	if b := e.actor.Load(); b != nil && b.people == p {
		return b.actor, nil
	}
	person := p.directory.people[e.user]
	if person == nil || !person.Active {
		return nil, errUnknownSecret
	}
	a := p.directory.actor(person, "", "", "")
	if e.collection == TokenCollection {
		a = p.directory.actor(person, "", e.id, e.role)
	} else {
		a.Session, a.Local = e.id, e.local
	}
	e.actor.Store(&boundActor{p, a})
	return a, nil
}

// loadSecret reads a secret's entry and keeps it.
func (s *Service) loadSecret(ctx context.Context, collection string, sum digest, number uint64) (*cachedSecret, error) {
	read := s.readSession
	if collection == TokenCollection {
		read = s.readToken
	}
	e, err := read(ctx, sum)
	if err != nil {
		s.secrets.Lock()
		delete(s.secrets.byDigest, sum)
		s.secrets.Unlock()
		return nil, err
	}
	e.collection, e.number = collection, number
	s.secrets.Lock()
	if old := s.secrets.byDigest[sum]; old != nil {
		e.actor.Store(old.actor.Load())
	} else if len(s.secrets.byDigest) >= maxCachedSecrets {
		clear(s.secrets.byDigest)
	}
	s.secrets.byDigest[sum] = e
	s.secrets.Unlock()
	return e, nil
}

// readSession finds a session by its token or, within the grace after a
// renewal, by the token before. A replaced token that comes later was stolen
// or lost on its way: the whole session ends.
func (s *Service) readSession(ctx context.Context, sum digest) (*cachedSecret, error) {
	replaced := false
	d, err := findSession(ctx, s.Store, "hash", sum.String())
	if errors.Is(err, store.ErrNotFound) {
		replaced = true
		d, err = findSession(ctx, s.Store, "previous", sum.String())
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, errUnknownSecret
	}
	if err != nil {
		return nil, storeProblem(err)
	}
	e := &cachedSecret{id: d.ID, user: d.User, local: d.Local, expires: parseInstant(d.ExpiresAt), idle: s.Times.Idle}
	if err := s.loadUse(ctx, e, d.UsedAt); err != nil {
		return nil, err
	}
	if !replaced {
		e.renewAt = parseInstant(d.RenewedAt).Add(s.Times.Rotate)
		return e, nil
	}
	e.expires, e.idle = parseInstant(d.PreviousUntil), 0
	if e.ended(s.Now()) {
		if err := s.deleteDocs(ctx, SessionCollection, d.ID); err != nil {
			return nil, err
		}
		return nil, errUnknownSecret
	}
	return e, nil
}

func (s *Service) readToken(ctx context.Context, sum digest) (*cachedSecret, error) {
	list, err := tokenTable.Find(ctx, s.Store, store.Find{Where: keyIs("hash", sum.String()), Limit: 1})
	if err != nil {
		return nil, storeProblem(err)
	}
	if len(list) == 0 {
		return nil, errUnknownSecret
	}
	d := list[0]
	e := &cachedSecret{id: d.ID, user: d.User, role: d.Role, expires: parseInstant(d.ExpiresAt)}
	return e, s.loadUse(ctx, e, d.UsedAt)
}

// loadUse sets when a secret was used last, by any node.
func (s *Service) loadUse(ctx context.Context, e *cachedSecret, stored string) error {
	use, err := s.use(ctx, e.id)
	e.usedAt.Store(lastUse(stored, use).UnixNano())
	return err
}

// findSession finds the session whose key field has this value.
func findSession(ctx context.Context, r store.Reader, field, value string) (sessionDoc, error) {
	list, err := sessionTable.Find(ctx, r, store.Find{Where: keyIs(field, value), Limit: 1})
	if err == nil && len(list) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return sessionDoc{}, err
	}
	return list[0], nil
}
