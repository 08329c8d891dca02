package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
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
}

// ends is when the session ends unless it is used before.
func (d sessionDoc) ends(t SessionTimes) time.Time {
	end, idle := parseInstant(d.ExpiresAt), parseInstant(d.UsedAt).Add(t.Idle)
	if idle.Before(end) {
		return idle
	}
	return end
}

// sessionsOf lists the sessions of a person, newest first, ended ones too.
func (s *Service) sessionsOf(ctx context.Context, user string) ([]sessionDoc, error) {
	docs, err := s.Store.Find(ctx, SessionCollection, store.Find{Limit: 1000, IDDesc: true,
		Where: query.Cmp{Path: query.Path{Field: "user", Kind: query.Key}, Op: query.Eq, Value: user}})
	if err != nil {
		return nil, storeProblem(err)
	}
	out := make([]sessionDoc, len(docs))
	for i, d := range docs {
		if err := json.Unmarshal(d.Body, &out[i]); err != nil {
			return nil, fmt.Errorf("access: session %s: %w", d.ID, err)
		}
	}
	return out, nil
}

// Sessions lists the open sessions of a person, newest first.
func (s *Service) Sessions(ctx context.Context, userID string) ([]Session, error) {
	docs, err := s.sessionsOf(ctx, userID)
	if err != nil {
		return nil, err
	}
	out := []Session{}
	for _, d := range docs {
		if s.Now().Before(d.ends(s.Times)) {
			out = append(out, Session{ID: d.ID, User: d.User, CreatedAt: parseInstant(d.CreatedAt),
				UsedAt: parseInstant(d.UsedAt), ExpiresAt: d.ends(s.Times), Address: d.Address, Agent: d.Agent})
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
	doc, err := s.Store.Get(ctx, collection, id)
	var owner struct {
		User string `json:"user"`
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return problem.New(problem.NotFound, "", nil)
	case err != nil:
		return storeProblem(err)
	}
	if err := json.Unmarshal(doc.Body, &owner); err != nil {
		return fmt.Errorf("access: %s/%s: %w", collection, id, err)
	}
	if !by.MayManage(owner.User) {
		return problem.New(problem.NotFound, "", nil)
	}
	return s.deleteDocs(ctx, collection, id)
}

func (s *Service) deleteDocs(ctx context.Context, collection string, ids ...string) error {
	for chunk := range slices.Chunk(ids, 500) {
		b := &store.Batch{}
		for _, id := range chunk {
			b.Ops = append(b.Ops, store.Op{Kind: store.Delete, Collection: collection, Doc: store.Doc{ID: id}})
		}
		if err := s.Store.Commit(ctx, b); err != nil && !errors.Is(err, store.ErrNotFound) {
			return storeProblem(err)
		}
	}
	return nil
}

// storeProblem gives the store's errors their codes of the contract.
func storeProblem(err error) error {
	for target, code := range map[error]problem.Code{
		store.ErrUnavailable: problem.Unavailable, store.ErrUnknown: problem.OutcomeUnknown,
		store.ErrFull: problem.StorageFull, store.ErrReadOnly: problem.Unavailable, store.ErrConflict: problem.Conflict,
	} {
		if errors.Is(err, target) {
			return problem.Wrap(code, err)
		}
	}
	return fmt.Errorf("access: %w", err)
}
