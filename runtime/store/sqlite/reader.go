package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"weft/runtime/query"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// session reads over one connection.
type session struct {
	s *Store
	c *conn
	// pinned is set inside a View: all is read from one snapshot, which holds
	// the commits up to number; view was the newest number before it began.
	pinned       bool
	number, view uint64
}

// read lends a connection to fn.
func (s *Store) read(ctx context.Context, fn func(*session) error) error {
	c, err := s.readers.get(ctx)
	if err != nil {
		return classify(err)
	}
	err = fn(&session{s: s, c: c})
	return classify(errors.Join(err, s.readers.put(c)))
}

// View runs fn on one snapshot. The Reader must not be used by two goroutines at once.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.read(ctx, func(q *session) error {
		q.pinned, q.view = true, s.feed.last.Load()
		return q.pin(func() error { return fn(q) })
	})
}

// pin runs fn on the snapshot of one commit, whose number it notes.
func (q *session) pin(fn func() error) error {
	return q.snapshot(func() error {
		n, err := q.c.number("SELECT value FROM weft_state WHERE key=1")
		if err != nil {
			return err
		}
		q.number = uint64(n)
		return fn()
	})
}

// snapshot runs fn inside one read transaction; it begins with fn's first
// statement. What may be interrupted stands inside, for an interrupted
// connection cannot end its transaction.
func (q *session) snapshot(fn func() error) error {
	if !q.c.db.AutocommitEnabled() {
		return fn()
	}
	if err := q.c.exec("BEGIN"); err != nil {
		return err
	}
	return errors.Join(fn(), q.c.rollback())
}

// interruptible lets ctx end a statement that may take long.
func (q *session) interruptible(ctx context.Context, fn func() error) error {
	if ctx.Done() == nil {
		return fn()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	q.c.db.SetInterrupt(ctx.Done())
	err := fn()
	q.c.db.SetInterrupt(nil)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

// Get reads one document.
func (s *Store) Get(ctx context.Context, collection, id string) (doc store.Doc, err error) {
	err = s.read(ctx, func(q *session) error { doc, err = q.Get(ctx, collection, id); return err })
	return doc, err
}

func (q *session) Get(_ context.Context, collection, id string) (store.Doc, error) {
	k, err := q.s.catalog.get(collection)
	if err != nil {
		return store.Doc{}, err
	}
	stmt, err := q.c.prepare(k.sqlGet)
	if err != nil {
		return store.Doc{}, err
	}
	stmt.BindText(1, id)
	row, err := stmt.Step()
	if err != nil {
		return store.Doc{}, err
	}
	if !row {
		return store.Doc{}, errors.Join(fmt.Errorf("%w: %s/%s", store.ErrNotFound, collection, id), stmt.Reset())
	}
	doc := store.Doc{ID: id, Rev: stmt.ColumnInt64(0), Body: columnBytes(stmt, 1)}
	return doc, stmt.Reset()
}

// GetMany reads the documents that exist, in the order of ids.
func (s *Store) GetMany(ctx context.Context, collection string, ids []string) (docs []store.Doc, err error) {
	err = s.read(ctx, func(q *session) error {
		return q.snapshot(func() error { docs, err = q.GetMany(ctx, collection, ids); return err })
	})
	return docs, err
}

func (q *session) GetMany(_ context.Context, collection string, ids []string) ([]store.Doc, error) {
	k, err := q.s.catalog.get(collection)
	if err != nil {
		return nil, err
	}
	docs := make([]store.Doc, 0, len(ids))
	var mem arena
	for _, id := range ids {
		err := q.c.each(k.sqlGet, []any{id}, func(row *sqlite3.Stmt) error {
			docs = append(docs, store.Doc{ID: id, Rev: row.ColumnInt64(0), Body: mem.column(row, 1)})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return docs, nil
}

// Find reads documents in order.
func (s *Store) Find(ctx context.Context, collection string, f store.Find) (docs []store.Doc, err error) {
	err = s.read(ctx, func(q *session) error { docs, err = q.Find(ctx, collection, f); return err })
	return docs, err
}

// Count counts what matches.
func (s *Store) Count(ctx context.Context, collection string, where query.Expr, limit int) (n int64, err error) {
	err = s.read(ctx, func(q *session) error { n, err = q.Count(ctx, collection, where, limit); return err })
	return n, err
}

// Aggregate groups what matches.
func (s *Store) Aggregate(ctx context.Context, collection string, a store.Aggregate) (rows []store.Row, err error) {
	err = s.read(ctx, func(q *session) error { rows, err = q.Aggregate(ctx, collection, a); return err })
	return rows, err
}

// ChangeNumber is kept in memory: it becomes visible after the commit it
// counts and before that commit's caller is answered, so that who reads the
// number first and the data then never takes old data for new.
func (s *Store) ChangeNumber(_ context.Context, collection string) (uint64, error) {
	k, err := s.catalog.get(collection)
	if err != nil {
		return 0, err
	}
	return k.changed.Load(), nil
}

// unseen numbers the views whose collection changed under them.
var unseen atomic.Uint64

// ChangeNumber inside a View is a number nobody else gets when the collection
// has changed since the View began, so that its older data is never taken for the present.
func (q *session) ChangeNumber(ctx context.Context, collection string) (uint64, error) {
	n, err := q.s.ChangeNumber(ctx, collection)
	if err == nil && q.pinned && n > q.view {
		return 1<<63 | unseen.Add(1), nil
	}
	return n, err
}
