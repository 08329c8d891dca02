package job

import (
	"context"
	"errors"
	"time"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
)

// Query selects jobs; empty members select all.
type Query struct {
	Kind   string
	State  State
	Limit  int    // 0 means 50
	Cursor string // id of the last job of the page before
}

// List lists jobs by id and gives the cursor of the next page, "" at the end.
func (q *Queue) List(ctx context.Context, by Query) (list []Job, cursor string, err error) {
	where := query.All{}
	if by.Kind != "" {
		where = append(where, query.Cmp{Path: pathKind, Op: query.Eq, Value: by.Kind})
	}
	if by.State != "" {
		where = append(where, query.Cmp{Path: pathState, Op: query.Eq, Value: string(by.State)})
	}
	limit := by.Limit
	if limit == 0 {
		limit = 50
	}
	find := store.Find{Where: where, Limit: limit + 1}
	if by.Cursor != "" {
		find.After = &store.Position{ID: by.Cursor}
	}
	if list, err = jobs.Find(ctx, q.o.Store, find); err != nil {
		return nil, "", err
	}
	if len(list) > limit {
		list = list[:limit]
		cursor = list[limit-1].ID
	}
	return list, cursor, nil
}

// Retry lets a job run at once, with all its attempts. A job that runs is left
// alone. Errors: not_found, conflict when it changed meanwhile.
func (q *Queue) Retry(ctx context.Context, id string) (Job, error) {
	j, err := q.get(ctx, id)
	if err != nil || j.State == Running {
		return j, err
	}
	j.State, j.Attempts, j.Due = Waiting, 0, query.FormatInstant(q.o.Now())
	if err := jobs.Save(ctx, q.o.Store, &j); err != nil {
		return j, lostOr(err)
	}
	q.Wake()
	return j, nil
}

// Cancel takes a job away; one that runs here is ended, one that runs elsewhere
// cannot commit its end any more. Error: not_found.
func (q *Queue) Cancel(ctx context.Context, id string) (Job, error) {
	j, err := q.get(ctx, id)
	if err != nil {
		return j, err
	}
	q.mu.Lock()
	if c := q.running[id]; c != nil {
		c.cancel(ErrCancelled)
	}
	q.mu.Unlock()
	return j, q.o.Store.Commit(ctx, &store.Batch{Ops: []store.Op{DeleteOp(id)}})
}

func (q *Queue) get(ctx context.Context, id string) (Job, error) {
	j, err := jobs.Get(ctx, q.o.Store, id)
	if errors.Is(err, store.ErrNotFound) {
		return j, problem.New(problem.NotFound, "no_such_job", nil)
	}
	return j, err
}

func lostOr(err error) error {
	if store.LostRace(err) {
		return problem.New(problem.Conflict, "", nil)
	}
	return err
}

// Count is how many jobs of a kind are in a state, and the due time of the oldest.
type Count struct {
	Kind   string
	State  State
	Jobs   int64
	Oldest time.Time
}

// Counts counts the jobs by kind and state. Waiting ones that are not due yet count as well.
func (q *Queue) Counts(ctx context.Context) ([]Count, error) {
	rows, err := q.o.Store.Aggregate(ctx, Collection, store.Aggregate{
		Groups:  []query.GroupTerm{{Name: "kind", Path: pathKind}, {Name: "state", Path: pathState}},
		Metrics: []query.Metric{{Name: "n", Func: "count"}, {Name: "oldest", Func: "min", Path: pathDue}},
	})
	if err != nil {
		return nil, err
	}
	list := make([]Count, 0, len(rows))
	for _, r := range rows {
		kind, _ := r["kind"].(string)
		state, _ := r["state"].(string)
		n, _ := r["n"].(int64)
		oldest, _ := r["oldest"].(string)
		at, _ := query.ParseInstant(oldest) // unset has no time
		list = append(list, Count{Kind: kind, State: State(state), Jobs: n, Oldest: at})
	}
	return list, nil
}

// Await returns when everything has run that is due, also what became due by
// running it. It is for tests and for stopping in order.
func (q *Queue) Await(ctx context.Context) error {
	for {
		busy, err := q.busy(ctx)
		if err != nil || !busy {
			return err
		}
		q.Wake()
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(time.Millisecond):
		}
	}
}

// busy tells whether a job of a known kind is due or runs, in this process or another.
// What is due is asked on one snapshot and compared with a time after it: a job that
// ends may have inserted another one that is due only then.
func (q *Queue) busy(ctx context.Context) (busy bool, err error) {
	var kinds []any
	for name := range q.kinds {
		kinds = append(kinds, name)
	}
	known := query.Cmp{Path: pathKind, Op: query.In, Value: kinds}
	var next []Job
	err = q.o.Store.View(ctx, func(r store.Reader) error {
		n, err := r.Count(ctx, Collection, query.All{query.Cmp{Path: pathState, Op: query.Eq, Value: string(Running)}, known}, 1)
		busy = n > 0
		for _, p := range priorities {
			if err != nil || busy {
				return err
			}
			var list []Job
			list, err = jobs.Find(ctx, r, store.Find{Where: query.All{
				query.Cmp{Path: pathState, Op: query.Eq, Value: string(Waiting)},
				query.Cmp{Path: pathPriority, Op: query.Eq, Value: float64(p)}, known,
			}, Sort: []query.SortTerm{{Path: pathDue}}, Limit: 1})
			next = append(next, list...)
		}
		return err
	})
	now := q.o.Now()
	for _, j := range next {
		busy = busy || !j.DueAt().After(now)
	}
	return busy, err
}
