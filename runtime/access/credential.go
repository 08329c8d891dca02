package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"weft/runtime/problem"
	"weft/runtime/store"
)

type credentialDoc struct {
	ID        string `json:"id"`
	Rev       int64  `json:"rev"`
	Hash      string `json:"hash"`
	ChangedAt string `json:"changed_at"`
}

// checkCredential compares a password; person is nil for an unknown login. The
// expectation holds as long as the password is not changed.
func (s *Service) checkCredential(ctx context.Context, person *Person, password string) (store.Expect, bool, error) {
	var d credentialDoc
	if person != nil {
		var err error
		if d, err = s.credential(ctx, person.ID); err != nil {
			return store.Expect{}, false, err
		}
	}
	if len(password) > maxPassword {
		password = "" // costs the same, and fits nobody: no password is empty
	}
	ok, stale, err := s.hasher.verify(ctx, password, d.Hash)
	if err != nil {
		return store.Expect{}, false, err
	}
	if !ok || !person.Active {
		return store.Expect{}, false, nil
	}
	if stale {
		if d, err = s.rehash(ctx, d, password); err != nil {
			return store.Expect{}, false, err
		}
	}
	return store.Expect{Collection: CredentialCollection, ID: d.ID, Rev: d.Rev}, true, nil
}

// credential of a user; the zero credential when there is none.
func (s *Service) credential(ctx context.Context, user string) (credentialDoc, error) {
	d := credentialDoc{ID: user}
	doc, err := s.Store.Get(ctx, CredentialCollection, user)
	if errors.Is(err, store.ErrNotFound) {
		return d, nil
	}
	if err != nil {
		return d, storeProblem(err)
	}
	if err := json.Unmarshal(doc.Body, &d); err != nil {
		return d, fmt.Errorf("access: credential of %s: %w", user, err)
	}
	return d, nil
}

// rehash keeps a right password under the present cost.
func (s *Service) rehash(ctx context.Context, d credentialDoc, password string) (credentialDoc, error) {
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return d, err
	}
	op, next, err := s.credentialOp(d, hash)
	if err != nil {
		return d, err
	}
	if err := s.Store.Commit(ctx, &store.Batch{Ops: []store.Op{op}}); err != nil {
		return d, storeProblem(err)
	}
	return next, nil
}

// credentialOp replaces a credential, or makes it when its revision is 0.
func (s *Service) credentialOp(d credentialDoc, hash string) (store.Op, credentialDoc, error) {
	old := d.Rev
	d.Rev, d.Hash, d.ChangedAt = old+1, hash, instant(s.Now())
	doc, err := docOf(d.ID, d.Rev, d)
	kind := store.Replace
	if old == 0 {
		kind = store.Insert
	}
	return store.Op{Kind: kind, Collection: CredentialCollection, Doc: doc, OldRev: old}, d, err
}

// SetPassword gives a user a new password and ends the user's sessions, but
// for those in keep (the caller's own). Who may do so: Actor.MayManage.
func (s *Service) SetPassword(ctx context.Context, userID, password string, keep ...string) error {
	if err := checkPassword(password); err != nil {
		return err
	}
	if _, err := s.Store.Get(ctx, userEntity, userID); errors.Is(err, store.ErrNotFound) {
		return problem.New(problem.NotFound, "", nil)
	} else if err != nil {
		return storeProblem(err)
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	d, err := s.credential(ctx, userID)
	if err != nil {
		return err
	}
	op, _, err := s.credentialOp(d, hash)
	if err != nil {
		return err
	}
	b := &store.Batch{Ops: []store.Op{op}}
	sessions, err := s.sessionsOf(ctx, userID)
	if err != nil {
		return err
	}
	for _, session := range sessions {
		if !slices.Contains(keep, session.ID) {
			b.Ops = append(b.Ops, store.Op{Kind: store.Delete, Collection: SessionCollection, Doc: store.Doc{ID: session.ID}})
		}
	}
	var taken *store.UniqueError
	if err := s.Store.Commit(ctx, b); errors.As(err, &taken) {
		return problem.Wrap(problem.Conflict, err)
	} else if err != nil {
		return storeProblem(err)
	}
	return nil
}
