package access

import (
	"context"
	"errors"
	"slices"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
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
		password = "" // costs the same, and is nobody's password
	}
	ok, stale, err := s.hasher.verify(ctx, password, d.Hash)
	if err != nil {
		return store.Expect{}, false, err
	}
	if !ok || !person.Active {
		return store.Expect{}, false, nil
	}
	if stale {
		if err := s.rehash(ctx, &d, password); err != nil {
			return store.Expect{}, false, err
		}
	}
	return store.Expect{Collection: CredentialCollection, ID: d.ID, Rev: d.Rev}, true, nil
}

// credential of a user; one without a hash when there is none.
func (s *Service) credential(ctx context.Context, user string) (credentialDoc, error) {
	d, err := credentialTable.Get(ctx, s.Store, user)
	if errors.Is(err, store.ErrNotFound) {
		return credentialDoc{ID: user}, nil
	}
	return d, storeProblem(err)
}

// rehash stores a right password under the present cost.
func (s *Service) rehash(ctx context.Context, d *credentialDoc, password string) error {
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	d.Hash, d.ChangedAt = hash, query.FormatInstant(s.Now())
	return storeProblem(credentialTable.Save(ctx, s.Store, d))
}

// PasswordChange is what a user, or an admin for a user, asks for.
type PasswordChange struct {
	Password string `json:"password"`
	// Old is the present password, which users who change their own must give.
	Old string `json:"old_password,omitempty"`
	// EndTokens ends the user's API tokens, too.
	EndTokens bool `json:"end_tokens,omitempty"`
}

// ChangePassword gives a user a new password and ends the user's sessions but
// the calling one. It fails with not_found when by may not manage the user's
// sign-in, invalid for a bad password or a wrong old one, rate after too many
// wrong ones.
func (s *Service) ChangePassword(ctx context.Context, by *Actor, userID string, c PasswordChange) error {
	if !by.MayManage(userID) {
		return problem.New(problem.NotFound, "", nil)
	}
	if err := checkPassword(c.Password); err != nil {
		return err
	}
	if by.UserID == userID && !by.onServer() {
		if err := s.checkOldPassword(ctx, by, c.Old); err != nil {
			return err
		}
	}
	return s.setPassword(ctx, userID, c.Password, c.EndTokens, by.Session)
}

// checkOldPassword counts wrong ones like failed sign-ins.
func (s *Service) checkOldPassword(ctx context.Context, by *Actor, old string) error {
	if old == "" {
		return problem.Of(problem.Invalid, problem.At("/old_password", "required"))
	}
	keys := attemptKeys(by.Login, "")
	if err := s.countAttempt(ctx, keys); err != nil {
		return err
	}
	people, err := s.Directory(ctx)
	if err != nil {
		return err
	}
	_, ok, err := s.checkCredential(ctx, people.people[by.UserID], old)
	if err != nil {
		return err
	}
	if !ok {
		return problem.Of(problem.Invalid, problem.At("/old_password", "wrong_password"))
	}
	return s.undoAttempt(ctx, keys)
}

// SetPassword gives a user a new password and ends the user's sessions, but
// for those in keep.
func (s *Service) SetPassword(ctx context.Context, userID, password string, keep ...string) error {
	if err := checkPassword(password); err != nil {
		return err
	}
	return s.setPassword(ctx, userID, password, false, keep...)
}

func (s *Service) setPassword(ctx context.Context, userID, password string, endTokens bool, keep ...string) error {
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
	ops, err := s.endOps(ctx, userID, endTokens, keep...)
	if err != nil {
		return err
	}
	d.Hash, d.ChangedAt = hash, query.FormatInstant(s.Now())
	return storeProblem(credentialTable.Save(ctx, s.Store, &d, ops...))
}

// EndAccessOps are the operations that end all sessions and tokens of a user, for
// the commit that deactivates the user: they must not come back to life when
// the user is activated again.
func (s *Service) EndAccessOps(ctx context.Context, userID string) ([]store.Op, error) {
	return s.endOps(ctx, userID, true)
}

func (s *Service) endOps(ctx context.Context, userID string, tokens bool, keep ...string) ([]store.Op, error) {
	var ops []store.Op
	end := func(collection, id string) {
		ops = append(ops, table.Delete(collection, id), table.Delete(UseCollection, id))
	}
	for d, err := range sessionTable.Each(ctx, s.Store, keyIs("user", userID)) {
		if err != nil {
			return nil, storeProblem(err)
		}
		if !slices.Contains(keep, d.ID) {
			end(SessionCollection, d.ID)
		}
	}
	if !tokens {
		return ops, nil
	}
	for d, err := range tokenTable.Each(ctx, s.Store, keyIs("user", userID)) {
		if err != nil {
			return nil, storeProblem(err)
		}
		end(TokenCollection, d.ID)
	}
	return ops, nil
}
