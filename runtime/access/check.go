package access

import (
	"context"
	"errors"

	"weft/runtime/store"
)

// Check tells whether an authenticated actor is still valid: the session or
// token is open and the user active. Long-lived connections call it repeatedly,
// by id, since the secret may have been rotated meanwhile.
// It fails with unauthenticated.
func (s *Service) Check(ctx context.Context, a *Actor) error {
	if err := s.checkOpen(ctx, a); err != nil || a.UserID == "" {
		return err
	}
	p, err := s.state(ctx)
	if err != nil {
		return err
	}
	if person := p.directory.people[a.UserID]; person == nil || !person.Active {
		return errUnknownSecret
	}
	return nil
}

// checkOpen reads the session or token of an actor; one without is open.
func (s *Service) checkOpen(ctx context.Context, a *Actor) error {
	e := &cachedSecret{id: a.Session, idle: s.Times.Idle}
	used := ""
	switch {
	case a.Token != "":
		d, err := tokenTable.Get(ctx, s.Store, a.Token)
		if err != nil {
			return unknownOr(err)
		}
		e.id, e.idle, e.expires = d.ID, 0, parseInstant(d.ExpiresAt)
	case a.Session != "":
		d, err := sessionTable.Get(ctx, s.Store, a.Session)
		if err != nil {
			return unknownOr(err)
		}
		e.expires, used = parseInstant(d.ExpiresAt), d.UsedAt
	default:
		return nil
	}
	if err := s.loadUse(ctx, e, used); err != nil {
		return err
	}
	if e.ended(s.Now()) {
		return errUnknownSecret
	}
	return nil
}

// unknownOr reads a document that is gone as an unknown secret.
func unknownOr(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return errUnknownSecret
	}
	return storeProblem(err)
}
