package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"weft/runtime/problem"
	"weft/runtime/store"
)

// BeginPartial begins an upload of length bytes that comes in pieces; the quotas
// count all of them from then on. metadata is what the client wants to be told
// again about the upload. Under u.Key the same upload is found again.
// Problems: too_large above u.MaxSize, invalid for an empty file, storage_full,
// conflict for another upload under the key.
func (s *Service) BeginPartial(ctx context.Context, u Upload, length int64, metadata string) (*PartialUpload, error) {
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
	p := &PartialUpload{ID: id, Upload: u, By: u.By, Metadata: metadata, Length: length, Expires: s.expiry()}
	if key != "" {
		if earlier, err := s.earlierPartial(ctx, p); earlier != nil || err != nil {
			return earlier, err
		}
	}
	if err = s.reserve(ctx, p); err == nil {
		return p, nil
	}
	if !store.LostRaceIn(err, partialCollection) {
		return nil, err
	}
	earlier, err := s.earlierPartial(ctx, p)
	if earlier == nil && err == nil { // begun and ended meanwhile
		err = raceProblem(store.ErrConflict)
	}
	return earlier, err
}

// reserve stores p and counts its length for the quotas. Concurrent calls do
// not see each other's uploads before, so the user's quota is checked again after it.
func (s *Service) reserve(ctx context.Context, p *PartialUpload) error {
	if err := s.checkQuota(ctx, p.By, p.Length); err != nil {
		return err
	}
	op, err := partialTable.Put(*p)
	if err != nil {
		return err
	}
	if err := s.commit(ctx, p.Length, op); err != nil {
		return fmt.Errorf("begin upload: %w", err)
	}
	p.Rev = op.Doc.Rev
	if err := s.checkUserQuota(ctx, p.By, 0); err != nil {
		_ = s.CancelPartial(context.WithoutCancel(ctx), p) // else it expires
		return err
	}
	return nil
}

// partialID is random, or derived from the user's key.
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

// earlierPartial finds the upload under the same key; nil without one. An
// expired one is deleted.
func (s *Service) earlierPartial(ctx context.Context, now *PartialUpload) (*PartialUpload, error) {
	earlier, err := s.readPartial(ctx, now.ID)
	switch {
	case problem.CodeOf(err) == problem.NotFound:
		return nil, nil //nolint:nilnil // absence is the usual case here
	case err != nil:
		return nil, err
	case s.now().After(earlier.Expires):
		return nil, raceProblem(s.CancelPartial(ctx, earlier))
	case !earlier.sameRequest(now):
		return nil, problem.New(problem.Conflict, "idempotency_mismatch", nil)
	}
	return earlier, nil
}

// sameRequest tells whether both were begun by the same request. The limit of
// its size is no part of that: settings may change meanwhile.
func (p *PartialUpload) sameRequest(q *PartialUpload) bool {
	a, b := p.Upload, q.Upload
	return p.Length == q.Length && a.Name == b.Name && a.MediaType == b.MediaType && a.Field == b.Field &&
		a.KeepMetadata == b.KeepMetadata && slices.Equal(a.Accept, b.Accept)
}
