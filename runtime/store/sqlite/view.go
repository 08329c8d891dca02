package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
)

// view is the Reader of a View. While its snapshot is open, the write-ahead log
// cannot begin anew; when the log has become too long, the snapshot is ended, and
// further reads fail with store.ErrUnavailable. Otherwise a View whose function
// waits for somebody would fill the disk.
type view struct {
	q     *reader
	began time.Time
	mu    sync.Mutex // guards q and ended
	ended error
}

// View runs fn on one snapshot. The Reader must not be used by two goroutines at once.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	c, err := s.readers.getForView(ctx)
	if err != nil {
		return classify(err)
	}
	v := &view{q: &reader{s: s, c: c, inView: true}, began: time.Now()}
	err = v.q.onSnapshot(func() error {
		s.views.Store(v, nil)
		defer func() {
			s.views.Delete(v)
			v.mu.Lock() // a checkpoint may be ending it
			defer v.mu.Unlock()
		}()
		return fn(v)
	})
	return classify(errors.Join(err, s.readers.put(c)))
}

// endViews ends the snapshots that keep a log of so many pages from beginning anew.
func (s *Store) endViews(log int) {
	s.views.Range(func(key, _ any) bool {
		if v := key.(*view); time.Since(v.began) >= s.options.limits.viewAge && v.end(log) {
			s.log.Warn("a snapshot was ended because the write-ahead log grew too long", "age", time.Since(v.began), "pages", log)
		}
		return true
	})
}

// end ends the snapshot unless it is in use at this moment.
func (v *view) end(log int) bool {
	if !v.mu.TryLock() {
		return false
	}
	defer v.mu.Unlock()
	if v.ended != nil || v.q.c.rollback() != nil {
		return false
	}
	v.ended = fmt.Errorf("%w: the snapshot was ended after %v, because the write-ahead log grew to %d pages",
		store.ErrUnavailable, time.Since(v.began).Round(time.Second), log)
	return true
}

// use runs fn while the snapshot is open.
func (v *view) use(fn func(*reader) error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.ended != nil {
		return v.ended
	}
	return fn(v.q)
}

func (v *view) Get(ctx context.Context, collection, id string) (doc store.Doc, err error) {
	err = v.use(func(q *reader) error { doc, err = q.Get(ctx, collection, id); return err })
	return doc, err
}

func (v *view) GetMany(ctx context.Context, collection string, ids []string) (docs []store.Doc, err error) {
	err = v.use(func(q *reader) error { docs, err = q.GetMany(ctx, collection, ids); return err })
	return docs, err
}

func (v *view) Find(ctx context.Context, collection string, f store.Find) (docs []store.Doc, err error) {
	err = v.use(func(q *reader) error { docs, err = q.Find(ctx, collection, f); return err })
	return docs, err
}

func (v *view) Count(ctx context.Context, collection string, where query.Expr, limit int) (n int64, err error) {
	err = v.use(func(q *reader) error { n, err = q.Count(ctx, collection, where, limit); return err })
	return n, err
}

func (v *view) Aggregate(ctx context.Context, collection string, a store.Aggregate) (rows []store.Row, err error) {
	err = v.use(func(q *reader) error { rows, err = q.Aggregate(ctx, collection, a); return err })
	return rows, err
}

func (v *view) ChangeNumber(ctx context.Context, collection string) (n uint64, err error) {
	err = v.use(func(q *reader) error { n, err = q.ChangeNumber(ctx, collection); return err })
	return n, err
}

func (v *view) ReadFull(ctx context.Context, collection, after string, limit int) (docs []store.Doc, err error) {
	err = v.use(func(q *reader) error { docs, err = q.ReadFull(ctx, collection, after, limit); return err })
	return docs, err
}
