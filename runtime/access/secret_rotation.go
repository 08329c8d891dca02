package access

import (
	"context"
	"errors"

	"weft/runtime/query"
	"weft/runtime/store"
)

// RotateSecret replaces the secret of a session whose Actor.RotateSecret is set.
// The old one serves requests under way for a short grace. It returns "" when
// nothing is to be replaced: another request was faster, whose answer carries
// the new one.
func (s *Service) RotateSecret(ctx context.Context, token string) (string, error) {
	sum := digestOf(token).String()
	d, err := findSession(ctx, s.Store, "hash", sum)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", storeProblem(err)
	}
	now, next := s.Now(), newSecret(sessionPrefix)
	d.Hash, d.Previous = digestOf(next).String(), sum
	d.PreviousUntil = query.FormatInstant(now.Add(s.Times.Grace))
	d.RenewedAt, d.UsedAt = query.FormatInstant(now), query.FormatInstant(now)
	err = sessionTable.Save(ctx, s.Store, &d)
	switch {
	case store.LostRace(err), errors.Is(err, store.ErrNotFound):
		return "", nil
	case err != nil:
		return "", storeProblem(err)
	}
	return next, nil
}
