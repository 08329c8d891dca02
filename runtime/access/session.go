package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
)

// SessionTimes says how long sessions live.
type SessionTimes struct {
	// Idle ends a session that is not used; Absolute ends every session.
	Idle, Absolute time.Duration
	// Renew is the age at which a session's token is to be replaced; Grace is
	// how long the replaced one still serves requests that are under way.
	Renew, Grace time.Duration
}

func (t SessionTimes) orDefaults() SessionTimes {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&t.Idle, 72*time.Hour)
	set(&t.Absolute, 30*24*time.Hour)
	set(&t.Renew, time.Hour)
	set(&t.Grace, time.Minute)
	return t
}

// maxSessions of one person: the oldest give way.
const maxSessions = 50

// Client says where a sign-in comes from. Address is the caller's IP address
// as the server knows it, never as the caller says it; "" for the command line.
type Client struct{ Address, Agent string }

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

// SignIn checks a password and opens a session; token is shown once. Whatever
// is wrong, the answer is the same unauthenticated; rate when there were too
// many failures of this account or from this network.
func (s *Service) SignIn(ctx context.Context, login, password string, from Client) (token string, a *Actor, err error) {
	p, err := s.state(ctx)
	if err != nil {
		return "", nil, err
	}
	login = norm.NFC.String(strings.TrimSpace(login)) // as it is stored
	keys := attemptKeys(login, from.Address)
	if err := s.tryAttempt(ctx, keys); err != nil {
		return "", nil, err
	}
	person := p.directory.byLogin[login]
	credential, ok, err := s.checkCredential(ctx, person, password)
	if err != nil {
		return "", nil, err
	}
	if !ok {
		return "", nil, problem.New(problem.Unauthenticated, "wrong_login", nil)
	}
	if err := s.forgiveAttempt(ctx, keys); err != nil {
		return "", nil, err
	}
	token = newSecret(sessionPrefix)
	id, err := s.openSession(ctx, person.ID, token, from, []store.Expect{credential})
	if err != nil {
		return "", nil, err
	}
	return token, p.directory.actor(person, id, "", ""), nil
}

// OpenSession opens a session without a password, for a command on the
// server's own machine that speaks to it as the actor.
func (s *Service) OpenSession(ctx context.Context, a *Actor, from Client) (token string, err error) {
	if a.UserID == "" {
		return "", problem.New(problem.Unauthenticated, "", nil)
	}
	token = newSecret(sessionPrefix)
	_, err = s.openSession(ctx, a.UserID, token, from, nil)
	return token, err
}

// openSession stores a session as long as the expectations hold: that the
// password was not changed meanwhile.
func (s *Service) openSession(ctx context.Context, user, token string, from Client, expect []store.Expect) (string, error) {
	now := s.Now()
	d := sessionDoc{ID: newID(), Rev: 1, User: user, Hash: digestOf(token).String(), CreatedAt: instant(now),
		RenewedAt: instant(now), UsedAt: instant(now), ExpiresAt: instant(now.Add(s.Times.Absolute)),
		Address: clip(from.Address, 64), Agent: clip(from.Agent, 200)}
	doc, err := docOf(d.ID, 1, d)
	if err != nil {
		return "", err
	}
	b := &store.Batch{Expect: expect,
		Ops: []store.Op{{Kind: store.Insert, Collection: SessionCollection, Doc: doc}}}
	old, err := s.sessionsOf(ctx, user)
	if err != nil {
		return "", err
	}
	for i, o := range old {
		if i >= maxSessions-1 || !now.Before(o.ends(s.Times)) {
			b.Ops = append(b.Ops, store.Op{Kind: store.Delete, Collection: SessionCollection, Doc: store.Doc{ID: o.ID}})
		}
	}
	err = s.Store.Commit(ctx, b)
	switch {
	case errors.Is(err, store.ErrConflict):
		return "", problem.New(problem.Unauthenticated, "wrong_login", nil)
	case err != nil:
		return "", storeProblem(err)
	}
	return d.ID, nil
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
