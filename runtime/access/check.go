package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

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

func (s *Service) checkOpen(ctx context.Context, a *Actor) error {
	collection, id := SessionCollection, a.Session
	if a.Token != "" {
		collection, id = TokenCollection, a.Token
	}
	if id == "" {
		return nil
	}
	doc, err := s.Store.Get(ctx, collection, id)
	if errors.Is(err, store.ErrNotFound) {
		return errUnknownSecret
	}
	if err != nil {
		return storeProblem(err)
	}
	if a.Token == "" {
		var d sessionDoc
		if err := json.Unmarshal(doc.Body, &d); err != nil {
			return fmt.Errorf("access: session %s: %w", id, err)
		}
		if !s.Now().Before(d.ends(s.Times)) {
			return errUnknownSecret
		}
		return nil
	}
	var d tokenDoc
	if err := json.Unmarshal(doc.Body, &d); err != nil {
		return fmt.Errorf("access: token %s: %w", id, err)
	}
	if d.ExpiresAt != "" && !s.Now().Before(parseInstant(d.ExpiresAt)) {
		return errUnknownSecret
	}
	return nil
}
