package access

import (
	"context"

	"weft/runtime/query"
	"weft/runtime/store"
)

// sweepPage is how many documents of a kind one Sweep removes at most per
// commit, so that the writer is never held long.
const sweepPage = 500

// Sweep removes sessions and tokens that have ended and counts of failed
// sign-ins whose window is over. Nothing relies on it: what has ended is
// refused anyway. It returns how many documents it removed.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.Now()
	removed := 0
	for _, what := range []struct{ collection, field, before string }{
		{SessionCollection, "expires_at", instant(now)},
		{SessionCollection, "used_at", instant(now.Add(-s.Times.Idle))},
		{TokenCollection, "expires_at", instant(now)},
		{AttemptCollection, "until", instant(now)},
	} {
		n, err := s.sweepOne(ctx, what.collection, query.Cmp{
			Path: query.Path{Field: what.field, Kind: query.Instant}, Op: query.Le, Value: what.before})
		if removed += n; err != nil {
			return removed, err
		}
	}
	return removed, nil
}

func (s *Service) sweepOne(ctx context.Context, collection string, where query.Expr) (int, error) {
	removed := 0
	for {
		docs, err := s.Store.Find(ctx, collection, store.Find{Where: where, Limit: sweepPage, IDsOnly: true})
		if err != nil {
			return removed, storeProblem(err)
		}
		ids := make([]string, len(docs))
		for i, d := range docs {
			ids[i] = d.ID
		}
		if err := s.deleteDocs(ctx, collection, ids...); err != nil {
			return removed, err
		}
		if removed += len(ids); len(ids) < sweepPage {
			return removed, nil
		}
	}
}
