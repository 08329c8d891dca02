package access

import (
	"context"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// Sweep removes sessions and tokens that have ended, and counts of failed
// sign-ins whose window is over. Nothing relies on it: what has ended is
// refused anyway. It returns how many documents it removed.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now, removed := s.Now(), 0
	for _, what := range []struct{ collection, field string }{
		{SessionCollection, "expires_at"}, {TokenCollection, "expires_at"}, {UseCollection, "expires_at"}, {AttemptCollection, "until"},
	} {
		n, err := table.DeleteWhere(ctx, s.Store, what.collection, notAfter(what.field, now))
		if removed += n; err != nil {
			return removed, storeProblem(err)
		}
	}
	n, err := s.sweepIdle(ctx, now.Add(-s.Times.Idle))
	return removed + n, err
}

func notAfter(field string, at time.Time) query.Expr {
	return query.Cmp{Path: query.Path{Field: field, Kind: query.Instant}, Op: query.Le, Value: query.FormatInstant(at)}
}

// sweepIdle removes the sessions that were not used since a time: neither by
// the session itself, which its rotation writes, nor by its recorded use.
func (s *Service) sweepIdle(ctx context.Context, since time.Time) (int, error) {
	removed := 0
	find := store.Find{Where: notAfter("used_at", since), Limit: 500}
	for {
		page, err := sessionTable.Find(ctx, s.Store, find)
		if err != nil {
			return removed, storeProblem(err)
		}
		uses, err := s.uses(ctx, ids(page, func(d sessionDoc) string { return d.ID }))
		if err != nil {
			return removed, err
		}
		var idle []string
		for _, d := range page {
			if !lastUse(d.UsedAt, uses[d.ID]).After(since) {
				idle = append(idle, d.ID)
			}
		}
		if len(idle) > 0 {
			if err := s.deleteDocs(ctx, SessionCollection, idle...); err != nil {
				return removed, err
			}
		}
		if removed += len(idle); len(page) < find.Limit {
			return removed, nil
		}
		find.After = &store.Position{ID: page[len(page)-1].ID}
	}
}
