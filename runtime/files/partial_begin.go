package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"weft/runtime/problem"
	"weft/runtime/store"
)

// BeginPartial makes an upload of length bytes that comes in pieces, for which room is
// kept from then on. Under u.Key the same upload is found again.
// Problems: too_large above u.Max, invalid for an empty file, storage_full,
// conflict for another upload under the key.
func (s *Service) BeginPartial(ctx context.Context, u Upload, length int64) (*PartialUpload, error) {
	switch {
	case length > u.MaxSize:
		return nil, problem.New(problem.TooLarge, "upload_too_large", map[string]any{"max": u.MaxSize})
	case length <= 0:
		return nil, problem.New(problem.Invalid, "upload_empty", nil)
	}
	id, err := partialID(u)
	if err != nil {
		return nil, err
	}
	key := u.Key
	u.Key, u.Name = "", CleanName(u.Name)
	p := &PartialUpload{ID: id, Rev: 1, Upload: u, By: u.By, Length: length, Expires: s.expiry()}
	if key != "" {
		if before, err := s.earlierPartial(ctx, p); before != nil || err != nil {
			return before, err
		}
	}
	err = s.reserve(ctx, p)
	var taken *store.UniqueError
	if err == nil {
		return p, nil
	}
	if !errors.As(err, &taken) {
		return nil, err
	}
	before, err := s.earlierPartial(ctx, p)
	if before == nil && err == nil { // begun and ended meanwhile
		err = raceProblem(store.ErrConflict)
	}
	return before, err
}

// reserve keeps p and the room that it needs. Of calls at once none sees the
// other's uploads before, so the user's share is asked for again behind it.
func (s *Service) reserve(ctx context.Context, p *PartialUpload) error {
	if err := s.checkQuota(ctx, p.By, p.Length); err != nil {
		return err
	}
	op, err := p.op(store.Insert)
	if err != nil {
		return err
	}
	if err := s.commit(ctx, p.Length, op); err != nil {
		return fmt.Errorf("begin upload: %w", err)
	}
	if err := s.checkUserQuota(ctx, p.By, 0); err != nil {
		_ = s.CancelPartial(context.WithoutCancel(ctx), p) // else it expires
		return err
	}
	return nil
}

// partialID is random, or told by the user's key.
func partialID(u Upload) (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make an upload id: %w", err)
	}
	if u.Key == "" {
		return id.String(), nil
	}
	sum := sha256.Sum256([]byte(u.By + "\x00" + u.Key))
	copy(id[:], sum[:])
	return hex.EncodeToString(id[:]), nil
}

// earlierPartial finds the upload under the same key; nil without one. One that
// has expired makes room.
func (s *Service) earlierPartial(ctx context.Context, now *PartialUpload) (*PartialUpload, error) {
	before, err := s.readPartial(ctx, now.ID)
	switch {
	case problem.CodeOf(err) == problem.NotFound:
		return nil, nil //nolint:nilnil // there is nothing to tell
	case err != nil:
		return nil, err
	case s.now().After(before.Expires):
		return nil, raceProblem(s.CancelPartial(ctx, before))
	case !before.sameRequest(now):
		return nil, problem.New(problem.Conflict, "idempotency_mismatch", nil)
	}
	return before, nil
}

// sameRequest tells whether both were begun by the same request. Its limit of size is
// not a part of that: settings may change meanwhile.
func (p *PartialUpload) sameRequest(q *PartialUpload) bool {
	a, b := p.Upload, q.Upload
	return p.Length == q.Length && a.Name == b.Name && a.MediaType == b.MediaType && a.Field == b.Field &&
		a.KeepMetadata == b.KeepMetadata && slices.Equal(a.Accept, b.Accept)
}
