package files

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
)

// totalCollection holds one row with the size of all files together and of
// those that are announced, moved in every commit that brings or takes one. It is kept only where there is a quota.
const (
	totalCollection = "weft_file_total"
	totalID         = "all"
	totalTries      = 200
)

type totalRow struct {
	ID    string `json:"id"`
	Rev   int64  `json:"rev"` // 0: there is no row yet
	Bytes int64  `json:"bytes"`
}

var (
	sizePath = query.Path{Field: "size", Kind: query.Number}
	byPath   = query.Path{Field: "by", Kind: query.Key}
)

// commit commits changes that make the files larger by so many bytes in all;
// storage_full when that is more than the quota.
func (s *Service) commit(ctx context.Context, by int64, ops ...store.Op) error {
	if s.quota <= 0 {
		return s.db.Commit(ctx, &store.Batch{Ops: ops})
	}
	if err := s.countOnce(ctx); err != nil {
		return err
	}
	for try := range totalTries {
		t, err := readTotal(ctx, s.db)
		if err != nil {
			return err
		}
		if by > 0 && t.Bytes+by > s.quota {
			return s.overQuota()
		}
		op, err := t.set(t.Bytes + by)
		if err != nil {
			return err
		}
		err = s.db.Commit(ctx, &store.Batch{Ops: append(slices.Clone(ops), op)})
		if !lostTotal(err) {
			return err
		}
		if err := backoff(ctx, try); err != nil {
			return err
		}
	}
	return problem.New(problem.Unavailable, "too_much_contention", nil)
}

// lostTotal tells whether another commit moved the row first.
func lostTotal(err error) bool {
	var lost *store.ConflictError
	if errors.As(err, &lost) {
		return lost.Collection == totalCollection
	}
	var taken *store.UniqueError
	if errors.As(err, &taken) {
		return taken.Collection == totalCollection
	}
	return errors.Is(err, store.ErrConflict)
}

// backoff lets the others go first, longer with every try.
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

func readTotal(ctx context.Context, r store.Reader) (totalRow, error) {
	d, err := r.Get(ctx, totalCollection, totalID)
	if errors.Is(err, store.ErrNotFound) {
		return totalRow{ID: totalID}, nil
	}
	if err != nil {
		return totalRow{}, fmt.Errorf("read the size of all files: %w", err)
	}
	var t totalRow
	if err := json.Unmarshal(d.Body, &t); err != nil {
		return t, fmt.Errorf("decode the size of all files: %w", err)
	}
	t.Rev = d.Rev
	return t, nil
}

// set is the change that gives the row another value.
func (t totalRow) set(bytes int64) (store.Op, error) {
	op := store.Op{Kind: store.Replace, Collection: totalCollection, OldRev: t.Rev}
	if t.Rev == 0 {
		op.Kind = store.Insert
	}
	t.Rev++
	t.Bytes = bytes
	body, err := json.Marshal(t)
	if err != nil {
		return op, fmt.Errorf("encode the size of all files: %w", err)
	}
	op.Doc = store.Doc{ID: t.ID, Rev: t.Rev, Body: body}
	return op, nil
}

// countOnce counts before the first use: the row may be of a time when there
// was no quota, or missing.
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
// from one snapshot, and the row is changed only if nothing moved it since.
func (s *Service) recount(ctx context.Context) error {
	for try := range totalTries {
		var t totalRow
		var sum int64
		err := s.db.View(ctx, func(r store.Reader) (err error) {
			if t, err = readTotal(ctx, r); err == nil {
				sum, err = totalBytes(ctx, r)
			}
			return err
		})
		if err != nil || t.Rev > 0 && t.Bytes == sum {
			return err
		}
		op, err := t.set(sum)
		if err != nil {
			return err
		}
		if err = s.db.Commit(ctx, &store.Batch{Ops: []store.Op{op}}); !lostTotal(err) {
			return err
		}
		if err := backoff(ctx, try); err != nil {
			return err
		}
	}
	return problem.New(problem.Unavailable, "too_much_contention", nil)
}

// totalBytes is how many bytes all files have and all unfinished uploads will have.
func totalBytes(ctx context.Context, r store.Reader) (int64, error) {
	there, err := sumOf(ctx, r, Collection, sizePath, nil)
	if err != nil {
		return 0, err
	}
	coming, err := sumOf(ctx, r, partialCollection, lengthPath, unfinished)
	return there + coming, err
}

// sumOf adds up a number over documents.
func sumOf(ctx context.Context, r store.Reader, collection string, p query.Path, where query.Expr) (int64, error) {
	rows, err := r.Aggregate(ctx, collection, store.Aggregate{Where: where, Metrics: []query.Metric{{Name: "n", Func: "sum", Path: p}}})
	if err != nil {
		return 0, fmt.Errorf("add up %s of %s: %w", p.Field, collection, err)
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

// checkUserQuota refuses what is beyond the share of a user.
func (s *Service) checkUserQuota(ctx context.Context, user string, size int64) error {
	if s.userQuota <= 0 {
		return nil
	}
	loose, err := sumOf(ctx, s.db, Collection, sizePath, query.All{
		query.Cmp{Path: byPath, Op: query.Eq, Value: user}, query.Cmp{Path: unlinkedPath, Op: query.Present},
	})
	if err != nil {
		return err
	}
	pending, err := s.pendingBytes(ctx, user)
	if err != nil {
		return err
	}
	if loose+pending+size > s.userQuota {
		return problem.New(problem.TooLarge, "files_user_quota", map[string]any{"max": s.userQuota})
	}
	return nil
}
