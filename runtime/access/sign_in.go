package access

import (
	"context"
	"errors"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/request"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// SignInOrigin says where a sign-in comes from. Address is the caller's IP address
// as the server knows it, never as the caller says it; "" for the command line.
type SignInOrigin struct{ Address, Agent string }

// SignIn checks a password and opens a session; token is shown once. Whatever
// is wrong, the answer is the same unauthenticated; rate when there were too
// many failures of this account or from this network.
func (s *Service) SignIn(ctx context.Context, login, password string, from SignInOrigin) (token string, a *Actor, err error) {
	p, err := s.state(ctx)
	if err != nil {
		return "", nil, err
	}
	login = norm.NFC.String(strings.TrimSpace(login)) // as it is stored
	keys := attemptKeys(login, from.Address)
	leave, err := s.signIns.Acquire(ctx, keys[0].id)
	if errors.Is(err, request.ErrTooManyWait) {
		return "", nil, tooMany(time.Second)
	}
	if err != nil {
		return "", nil, err
	}
	defer leave()
	if err := s.countAttempt(ctx, keys); err != nil {
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
	if err := s.undoAttempt(ctx, keys); err != nil {
		return "", nil, err
	}
	token = newSecret(sessionPrefix)
	for range 3 {
		user := store.Expect{Collection: userEntity, ID: person.ID, Rev: person.rev}
		id, err := s.openSession(ctx, person.ID, token, from, false, []store.Expect{credential, user})
		if err == nil {
			return token, p.directory.actor(person, id, "", ""), nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return "", nil, err
		}
		// The password or the user has changed meanwhile. A deactivated user must
		// not keep a session that lives again with a later activation.
		if p, err = s.state(ctx); err != nil {
			return "", nil, err
		}
		if person = p.directory.byLogin[login]; person == nil || !person.Active {
			break
		}
	}
	return "", nil, problem.New(problem.Unauthenticated, "wrong_login", nil)
}

// OpenSession opens a session without a password, for a command on the
// server's own machine that speaks to it as the actor.
func (s *Service) OpenSession(ctx context.Context, a *Actor, from SignInOrigin) (token string, err error) {
	if a.UserID == "" {
		return "", problem.New(problem.Unauthenticated, "", nil)
	}
	token = newSecret(sessionPrefix)
	_, err = s.openSession(ctx, a.UserID, token, from, true, nil)
	return token, err
}

// openSession stores a session as long as the expectations hold; it fails with
// store.ErrConflict when the password or the user has changed meanwhile.
func (s *Service) openSession(ctx context.Context, user, token string, from SignInOrigin, local bool, expect []store.Expect) (string, error) {
	now := s.Now()
	d := sessionDoc{ID: newID(), Local: local, User: user, Hash: digestOf(token).String(), CreatedAt: query.FormatInstant(now),
		RenewedAt: query.FormatInstant(now), UsedAt: query.FormatInstant(now), ExpiresAt: query.FormatInstant(now.Add(s.Times.Absolute)),
		Address: truncate(from.Address, 64), Agent: truncate(from.Agent, 200)}
	op, err := sessionTable.Put(d)
	if err != nil {
		return "", err
	}
	b := &store.Batch{Expect: expect, Ops: []store.Op{op}}
	old, err := s.sessionsOf(ctx, user)
	if err != nil {
		return "", err
	}
	for i, o := range old {
		if i >= maxSessions-1 || !now.Before(parseInstant(o.ExpiresAt)) {
			b.Ops = append(b.Ops, table.Delete(SessionCollection, o.ID), table.Delete(UseCollection, o.ID))
		}
	}
	if err := s.Store.Commit(ctx, b); err != nil {
		return "", storeProblem(err)
	}
	return d.ID, nil
}
