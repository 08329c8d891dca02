package read

import (
	"context"

	"weft/runtime/query"
	"weft/runtime/store"
)

// heavyPerUser is how many reads that may look at a whole collection one user
// has running at a time; more of them wait, so that other users keep theirs.
const heavyPerUser = 4

// heavySlot waits for one of the user's slots for heavy reads. It is not taken
// while another one is held.
func (r *reading) heavySlot(ctx context.Context) (release func(), err error) {
	return r.s.heavy.Acquire(ctx, r.rights.Actor.UserID)
}

// querySlot is heavySlot for a page. A page by id alone, or one that an index
// serves, does not wait.
func (r *reading) querySlot(ctx context.Context, f store.Find) (release func(), err error) {
	if r.planned == nil && len(f.Sort) == 0 {
		return func() {}, nil
	}
	if release, ok := r.s.heavy.TryAcquire(r.rights.Actor.UserID); ok {
		return release, nil
	}
	if query.PlanList(query.SQLite, r.entity.Indexes(), r.planned, f.Sort).Served() {
		return func() {}, nil
	}
	return r.heavySlot(ctx)
}
