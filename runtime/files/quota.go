package files

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// totalCollection holds one row with the size of all files, temporary files and
// announced uploads together, changed in every commit that adds or removes one.
// It is kept only where there is a quota.
const (
	totalCollection = "weft_file_total"
	totalID         = "all"
	totalTries      = 200
)

type totalRow struct {
	ID    string `json:"id"`
	Rev   int64  `json:"rev"`
	Bytes int64  `json:"bytes"`
}

var totalTable = table.New(totalCollection, func(r *totalRow) (*string, *int64) { return &r.ID, &r.Rev })

// readTotal reads the row; one of revision 0 when there is none.
func readTotal(ctx context.Context, r store.Reader) (totalRow, error) {
	t, err := totalTable.Get(ctx, r, totalID)
	if errors.Is(err, store.ErrNotFound) {
		return totalRow{ID: totalID}, nil
	}
	return t, err
}

// commit commits changes that make the files larger by so many bytes in all;
// storage_full when that is more than the quota.
func (s *Service) commit(ctx context.Context, by int64, ops ...store.Op) error {
	if s.quota <= 0 {
		return s.db.Commit(ctx, &store.Batch{Ops: ops})
	}
	if err := s.countOnce(ctx); err != nil {
		return err
	}
	return s.changeTotal(ctx, ops, func() (totalRow, error) {
		t, err := readTotal(ctx, s.db)
		if err == nil && by > 0 && t.Bytes+by > s.quota {
			err = s.overQuota()
		}
		t.Bytes += by
		return t, err
	})
}

// changeTotal commits operations with the row that next gives, again while
// other commits change the row first.
func (s *Service) changeTotal(ctx context.Context, ops []store.Op, next func() (totalRow, error)) error {
	for try := range totalTries {
		t, err := next()
		if err != nil {
			return err
		}
		op, err := totalTable.Put(t)
		if err != nil {
			return err
		}
		err = s.db.Commit(ctx, &store.Batch{Ops: append(slices.Clone(ops), op)})
		if !store.LostRaceIn(err, totalCollection) {
			return err
		}
		if err := backoff(ctx, try); err != nil {
			return err
		}
	}
	return problem.New(problem.Unavailable, "too_much_contention", nil)
}

// backoff waits a random time, longer with every try.
func backoff(ctx context.Context, try int) error {
	timer := time.NewTimer(rand.N(time.Duration(min(try, 20)+1) * time.Millisecond))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (s *Service) overQuota() error {
	return problem.New(problem.StorageFull, "files_quota", map[string]any{"max": s.quota})
}

// countOnce counts before the first use: the row may date from a time when
// there was no quota, or be missing.
func (s *Service) countOnce(ctx context.Context) error {
	s.counting.Lock()
	defer s.counting.Unlock()
	if s.counted {
		return nil
	}
	if err := s.recount(ctx); err != nil {
		return err
	}
	s.counted = true
	return nil
}

// recount sets the row to what the documents say. Row and documents are read
// from one snapshot, and the row is changed only if nothing changed it since.
func (s *Service) recount(ctx context.Context) error {
	err := s.changeTotal(ctx, nil, func() (t totalRow, err error) {
		var sum int64
		err = s.db.View(ctx, func(r store.Reader) (err error) {
			if t, err = readTotal(ctx, r); err == nil {
				sum, err = totalBytes(ctx, r)
			}
			return err
		})
		if err == nil && t.Rev > 0 && t.Bytes == sum {
			err = errUnchanged
		}
		t.Bytes = sum
		return t, err
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

var errUnchanged = errors.New("files: the total is right")

// totalBytes is how many bytes all files have and all unfinished uploads will have.
func totalBytes(ctx context.Context, r store.Reader) (total int64, err error) {
	for _, part := range []usage{{Collection, sizePath, nil}, {partialCollection, lengthPath, unfinished}, {temporaryCollection, sizePath, nil}} {
		n, err := part.sum(ctx, r)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// usage is a number of bytes summed over documents.
type usage struct {
	collection string
	path       query.Path
	where      query.Expr
}

func (u usage) sum(ctx context.Context, r store.Reader) (int64, error) {
	rows, err := r.Aggregate(ctx, u.collection, store.Aggregate{Where: u.where, Metrics: []query.Metric{{Name: "n", Func: "sum", Path: u.path}}})
	if err != nil {
		return 0, fmt.Errorf("add up %s of %s: %w", u.path.Field, u.collection, err)
	}
	switch n := rows[0]["n"].(type) {
	case float64:
		return int64(n), nil
	case int64:
		return n, nil
	}
	return 0, nil
}

// checkQuota refuses what will not fit; size is 1 where it is not known yet.
func (s *Service) checkQuota(ctx context.Context, user string, size int64) error {
	if s.quota > 0 {
		if err := s.countOnce(ctx); err != nil {
			return err
		}
		t, err := readTotal(ctx, s.db)
		if err != nil {
			return err
		}
		if t.Bytes+size > s.quota {
			return s.overQuota()
		}
	}
	return s.checkUserQuota(ctx, user, size)
}

// checkUserQuota refuses what is beyond the quota of a user.
func (s *Service) checkUserQuota(ctx context.Context, user string, size int64) error {
	if s.userQuota <= 0 {
		return nil
	}
	by := query.Cmp{Path: byPath, Op: query.Eq, Value: user}
	for _, part := range []usage{
		{Collection, sizePath, query.All{by, query.Cmp{Path: unlinkedPath, Op: query.Present}}},
		{partialCollection, lengthPath, query.All{by, unfinished}},
		{temporaryCollection, sizePath, by},
	} {
		n, err := part.sum(ctx, s.db)
		if err != nil {
			return err
		}
		size += n
	}
	if size > s.userQuota {
		return problem.New(problem.TooLarge, "files_user_quota", map[string]any{"max": s.userQuota})
	}
	return nil
}
