package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// SessionTimes says how long sessions live.
type SessionTimes struct {
	// Idle ends a session that is not used; Absolute ends every session.
	Idle, Absolute time.Duration
	// Rotate is the age at which a session's token is to be replaced; Grace is
	// how long the replaced one still serves requests that are under way.
	Rotate, Grace time.Duration
}

func (t SessionTimes) orDefaults() SessionTimes {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&t.Idle, 72*time.Hour)
	set(&t.Absolute, 30*24*time.Hour)
	set(&t.Rotate, time.Hour)
	set(&t.Grace, time.Minute)
	return t
}

// maxSessions of one person: the oldest give way.
const maxSessions = 50

// Session is one sign-in of a person.
type Session struct {
	ID        string    `json:"id"`
	User      string    `json:"user"`
	CreatedAt time.Time `json:"created_at"`
	UsedAt    time.Time `json:"used_at"`
	ExpiresAt time.Time `json:"expires_at"`
	Address   string    `json:"address,omitempty"`
	Agent     string    `json:"agent,omitempty"`
	// Current marks the session that asks.
	Current bool `json:"current,omitempty"`
}

// sessionDoc is the stored form. Previous is the token before the last
// renewal, good until PreviousUntil.
type sessionDoc struct {
	ID            string `json:"id"`
	Rev           int64  `json:"rev"`
	User          string `json:"user"`
	Hash          string `json:"hash"`
	Previous      string `json:"previous,omitempty"`
	PreviousUntil string `json:"previous_until,omitempty"`
	CreatedAt     string `json:"created_at"`
	RenewedAt     string `json:"renewed_at"`
	UsedAt        string `json:"used_at"`
	ExpiresAt     string `json:"expires_at"`
	Address       string `json:"address,omitempty"`
	Agent         string `json:"agent,omitempty"`
	// Local sessions belong to commands on the server's own machine.
	Local bool `json:"local,omitempty"`
}

// ends is when the session ends unless it is used before.
func (d sessionDoc) ends(t SessionTimes, use *secretUse) time.Time {
	end, idle := parseInstant(d.ExpiresAt), lastUse(d.UsedAt, use).Add(t.Idle)
	if idle.Before(end) {
		return idle
	}
	return end
}

// sessionsOf lists the sessions of a user, newest first, ended ones too.
func (s *Service) sessionsOf(ctx context.Context, user string) ([]sessionDoc, error) {
	docs, err := sessionTable.Find(ctx, s.Store, store.Find{Limit: 1000, IDDesc: true, Where: keyIs("user", user)})
	return docs, storeProblem(err)
}

// Sessions lists the open sessions of a person, newest first.
func (s *Service) Sessions(ctx context.Context, userID string) ([]Session, error) {
	docs, err := s.sessionsOf(ctx, userID)
	if err != nil {
		return nil, err
	}
	uses, err := s.uses(ctx, ids(docs, func(d sessionDoc) string { return d.ID }))
	if err != nil {
		return nil, err
	}
	out := []Session{}
	for _, d := range docs {
		if ends := d.ends(s.Times, uses[d.ID]); s.Now().Before(ends) {
			out = append(out, Session{ID: d.ID, User: d.User, CreatedAt: parseInstant(d.CreatedAt),
				UsedAt: lastUse(d.UsedAt, uses[d.ID]), ExpiresAt: ends, Address: d.Address, Agent: d.Agent})
		}
	}
	return out, nil
}

// SignOut ends the session of an actor; ending one twice is no error.
func (s *Service) SignOut(ctx context.Context, a *Actor) error {
	if a.Session == "" {
		return nil
	}
	return s.deleteDocs(ctx, SessionCollection, a.Session)
}

// RevokeSession ends a session: one's own, or anybody's for an admin. One that
// the actor may not end is not_found.
func (s *Service) RevokeSession(ctx context.Context, by *Actor, id string) error {
	return s.revoke(ctx, SessionCollection, by, id)
}

func (s *Service) revoke(ctx context.Context, collection string, by *Actor, id string) error {
	var owner string
	var err error
	if collection == SessionCollection {
		var d sessionDoc
		d, err = sessionTable.Get(ctx, s.Store, id)
		owner = d.User
	} else {
		var d tokenDoc
		d, err = tokenTable.Get(ctx, s.Store, id)
		owner = d.User
	}
	if errors.Is(err, store.ErrNotFound) || err == nil && !by.MayManage(owner) {
		return problem.New(problem.NotFound, "", nil)
	}
	if err != nil {
		return storeProblem(err)
	}
	return s.deleteDocs(ctx, collection, id)
}

func (s *Service) deleteDocs(ctx context.Context, collection string, ids ...string) error {
	b := &store.Batch{}
	for _, id := range ids {
		b.Ops = append(b.Ops, table.Delete(collection, id), table.Delete(UseCollection, id))
	}
	return storeProblem(s.Store.Commit(ctx, b))
}

// storeProblem gives the store's errors their codes of the contract.
func storeProblem(err error) error {
	if err == nil {
		return nil
	}
	if store.LostRace(err) {
		return problem.Wrap(problem.Conflict, err)
	}
	for target, code := range map[error]problem.Code{
		store.ErrUnavailable: problem.Unavailable, store.ErrUnknown: problem.OutcomeUnknown,
		store.ErrFull: problem.StorageFull, store.ErrReadOnly: problem.Unavailable,
	} {
		if errors.Is(err, target) {
			return problem.Wrap(code, err)
		}
	}
	return fmt.Errorf("access: %w", err)
}
