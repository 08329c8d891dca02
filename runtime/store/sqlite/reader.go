package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"weft/runtime/query"
	"weft/runtime/store"
)

// reader reads over one connection.
type reader struct {
	s *Store
	c *conn
	// inView is set inside a View: everything is read from one snapshot.
	inView bool
	// commit is the number of the last commit in the snapshot, once it is known;
	// latest was the newest number when the snapshot was about to begin.
	commit, latest uint64
	commitKnown    bool
	// heavy is set while the reader counts as a heavy read, weighed when the read
	// need not wait for that.
	heavy, weighed bool
	// limited, if set, is the context of a narrow find.
	limited context.Context
}

// read lends a connection to fn.
func (s *Store) read(ctx context.Context, fn func(*reader) error) error {
	c, err := s.readers.get(ctx)
	if err != nil {
		return classify(err)
	}
	err = fn(&reader{s: s, c: c})
	return classify(errors.Join(err, s.readers.put(c)))
}

// readHeavy is read for a heavy read, which waits before it takes a connection.
func (s *Store) readHeavy(ctx context.Context, fn func(*reader) error) error {
	if err := s.readers.beginHeavy(ctx); err != nil {
		return err
	}
	defer s.readers.endHeavy()
	return s.read(ctx, func(q *reader) error { q.heavy = true; return fn(q) })
}

// asHeavy runs a heavy read; inside a View it waits here.
func (q *reader) asHeavy(ctx context.Context, fn func() error) error {
	if q.heavy {
		return fn()
	}
	if err := q.s.readers.beginHeavy(ctx); err != nil {
		return err
	}
	q.heavy = true
	defer func() {
		q.heavy = false
		q.s.readers.endHeavy()
	}()
	return fn()
}

// onSnapshot runs fn on the snapshot of one commit, whose number is known.
func (q *reader) onSnapshot(fn func() error) error {
	return q.snapshot(func() error {
		if err := q.readCommit(); err != nil {
			return err
		}
		return fn()
	})
}

// readCommit reads the number of the snapshot's commit from the file. The file may
// not have been written since the store was opened.
func (q *reader) readCommit() error {
	if q.commitKnown {
		return nil
	}
	n, err := q.c.number("SELECT value FROM weft_state WHERE key=1")
	q.commit, q.commitKnown = max(uint64(n), q.s.feed.first), err == nil
	return err
}

// learnCommit determines the number of the snapshot's commit after its first
// statement: when no commit was made meanwhile, it is known without reading.
func (q *reader) learnCommit() error {
	if q.noCommitMeanwhile() {
		return nil
	}
	return q.readCommit()
}

// noCommitMeanwhile tells whether the commit of the data just read is known.
func (q *reader) noCommitMeanwhile() bool {
	if !q.commitKnown && q.s.feed.writing.Load() == q.latest {
		q.commit, q.commitKnown = q.latest, true
	}
	return q.commitKnown
}

// beginRead is called before a snapshot begins.
func (q *reader) beginRead() { q.latest, q.commitKnown = q.s.feed.last.Load(), false }

// snapshot runs fn inside one read transaction, which begins with fn's first
// statement. Only work inside fn may be interrupted: an interrupted connection
// cannot end its transaction.
func (q *reader) snapshot(fn func() error) error {
	if !q.c.db.AutocommitEnabled() {
		return fn()
	}
	q.beginRead()
	if err := q.c.exec("BEGIN"); err != nil {
		return err
	}
	err := errors.Join(fn(), q.c.rollback())
	q.commitKnown = false
	return err
}

// interruptible lets the end of ctx interrupt the statements of fn.
func (q *reader) interruptible(ctx context.Context, fn func() error) error {
	if q.limited != nil {
		ctx = q.limited
	}
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
	k, err := s.catalog.get(collection)
	if err != nil {
		return store.Doc{}, err
	}
	if doc, ok := s.docs.get(k.docs, id, s.feed.last.Load()); ok {
		return doc, nil
	}
	err = s.read(ctx, func(q *reader) error {
		q.beginRead()
		doc, err = q.read(k, id)
		return err
	})
	return doc, err
}

func (q *reader) Get(_ context.Context, collection, id string) (store.Doc, error) {
	k, err := q.s.catalog.get(collection)
	if err != nil {
		return store.Doc{}, err
	}
	if q.commitKnown {
		if doc, ok := q.s.docs.get(k.docs, id, q.commit); ok {
			return doc, nil
		}
	}
	return q.read(k, id)
}

// read reads one document and caches it when its commit is known.
func (q *reader) read(k *collection, id string) (store.Doc, error) {
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
		return store.Doc{}, errors.Join(fmt.Errorf("%w: %s/%s", store.ErrNotFound, k.Name, id), stmt.Reset())
	}
	seq := stmt.ColumnInt64(0)
	doc := store.Doc{ID: strings.Clone(id), Rev: stmt.ColumnInt64(1), Body: columnBytes(stmt, 2)}
	if q.noCommitMeanwhile() {
		q.s.docs.put(k.docs, []int64{seq}, []store.Doc{doc}, q.commit)
	}
	return doc, stmt.Reset()
}

// GetMany reads the documents that exist, in the order of ids.
func (s *Store) GetMany(ctx context.Context, collection string, ids []string) (docs []store.Doc, err error) {
	k, err := s.catalog.get(collection)
	if err != nil {
		return nil, err
	}
	if docs := s.docs.newest(k.docs, ids, &s.feed.last); docs != nil {
		return docs, nil
	}
	err = s.read(ctx, func(q *reader) error {
		return q.onSnapshot(func() error { docs, err = q.GetMany(ctx, collection, ids); return err })
	})
	return docs, err
}

func (q *reader) GetMany(ctx context.Context, collection string, ids []string) ([]store.Doc, error) {
	docs := make([]store.Doc, 0, len(ids))
	for _, id := range ids {
		doc, err := q.Get(ctx, collection, id)
		switch {
		case err == nil:
			docs = append(docs, doc)
		case !errors.Is(err, store.ErrNotFound):
			return nil, err
		}
	}
	return docs, nil
}

// Find reads documents in order.
func (s *Store) Find(ctx context.Context, collection string, f store.Find) (docs []store.Doc, err error) {
	k, err := s.catalog.get(collection)
	if err != nil {
		return nil, err
	}
	read := s.readHeavy
	switch k.weigh(f) {
	case light:
		read = s.read
	case narrow:
		read = s.readNarrow
	}
	err = read(ctx, func(q *reader) error {
		q.weighed = true
		docs, err = q.Find(ctx, collection, f)
		return err
	})
	return docs, err
}

// Count counts the documents that match.
func (s *Store) Count(ctx context.Context, collection string, where query.Expr, limit int) (n int64, err error) {
	k, err := s.catalog.get(collection)
	if err != nil {
		return 0, err
	}
	if n, ok := (&reader{s: s}).countFromCounts(k, where, limit); ok {
		return n, ctx.Err()
	}
	err = s.readHeavy(ctx, func(q *reader) error { n, err = q.Count(ctx, collection, where, limit); return err })
	return n, err
}

// Aggregate groups the documents that match.
func (s *Store) Aggregate(ctx context.Context, collection string, a store.Aggregate) (rows []store.Row, err error) {
	k, err := s.catalog.get(collection)
	if err != nil {
		return nil, err
	}
	if rows, ok := (&reader{s: s}).rowsFromCounts(k, a); ok {
		return store.FinishRows(rows, a), ctx.Err()
	}
	err = s.readHeavy(ctx, func(q *reader) error { rows, err = q.Aggregate(ctx, collection, a); return err })
	return rows, err
}

// ChangeNumber is kept in memory: it changes after the commit is visible and before
// the commit's caller is answered. A caller that reads the number first and the
// data second never takes old data for new.
func (s *Store) ChangeNumber(_ context.Context, collection string) (uint64, error) {
	k, err := s.catalog.get(collection)
	if err != nil {
		return 0, err
	}
	return k.changed.Load(), nil
}

// unseen counts the Views whose collection has changed since they began.
var unseen atomic.Uint64

// ChangeNumber inside a View is a unique number when the collection has changed
// since the View began, so that its older data is never taken for the current data.
func (q *reader) ChangeNumber(ctx context.Context, collection string) (uint64, error) {
	n, err := q.s.ChangeNumber(ctx, collection)
	if err == nil && q.inView && n > q.latest {
		return 1<<63 | unseen.Add(1), nil
	}
	return n, err
}
