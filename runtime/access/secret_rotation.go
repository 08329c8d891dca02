package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weft/runtime/store"
)

// useInterval is how often the use of a session or token is written down.
const useInterval = 5 * time.Minute

// recordUse writes down that an entry is in use, seldom, and never in the way of
// the request: when it cannot be written, the session ends a little earlier.
func (s *Service) recordUse(ctx context.Context, e *cachedSecret, now time.Time) {
	last := e.usedAt.Load()
	if now.UnixNano()-last < int64(useInterval) || !e.usedAt.CompareAndSwap(last, now.UnixNano()) {
		return
	}
	_ = s.changeDoc(ctx, e.collection, e.id, e.rev, func(body map[string]any) {
		body["used_at"] = instant(now)
	})
}

// RotateSecret replaces the secret of a session whose Actor.Renew is set. The old one
// serves requests under way for a short grace. It returns "" when nothing is to
// be replaced: another request was faster, whose answer carries the new one.
func (s *Service) RotateSecret(ctx context.Context, token string) (string, error) {
	sum := digestOf(token)
	doc, err := findOne(ctx, s.Store, SessionCollection, "hash", sum.String())
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", storeProblem(err)
	}
	now := s.Now()
	next := newSecret(sessionPrefix)
	err = s.changeDoc(ctx, SessionCollection, doc.ID, doc.Rev, func(body map[string]any) {
		body["hash"], body["previous"] = digestOf(next).String(), sum.String()
		body["previous_until"] = instant(now.Add(s.Times.Grace))
		body["renewed_at"], body["used_at"] = instant(now), instant(now)
	})
	switch {
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound):
		return "", nil
	case err != nil:
		return "", storeProblem(err)
	}
	return next, nil
}

// changeDoc changes one document of revision rev.
func (s *Service) changeDoc(ctx context.Context, collection, id string, rev int64, change func(map[string]any)) error {
	doc, err := s.Store.Get(ctx, collection, id)
	if err != nil {
		return err
	}
	var body map[string]any
	if err := json.Unmarshal(doc.Body, &body); err != nil {
		return fmt.Errorf("access: %s/%s: %w", collection, id, err)
	}
	change(body)
	body["rev"] = rev + 1
	next, err := docOf(id, rev+1, body)
	if err != nil {
		return err
	}
	return s.Store.Commit(ctx, &store.Batch{Ops: []store.Op{
		{Kind: store.Replace, Collection: collection, Doc: next, OldRev: rev}}})
}
