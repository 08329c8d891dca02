package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"weft/runtime/store"
)

// Bounds of one commit.
const (
	commitDocs  = 500
	commitBytes = 4 << 20
)

// How long a commit is repeated while the target does not answer, and how long
// is waited between.
const (
	commitTimeout = 2 * time.Minute
	longestWait   = 2 * time.Second
)

// Loader fills a store.
type Loader struct {
	to    Store
	state State
}

// Begin prepares the store to for the collections defs of the source that from
// names, or finds the migration from there that was cut off. It fails with
// *NotEmptyError or *OtherSourceError.
func Begin(ctx context.Context, to Store, from string, defs []store.Collection) (*Loader, error) {
	l := &Loader{to: to, state: State{From: from}}
	state, err := Unfinished(ctx, to)
	switch {
	case err != nil:
		return nil, err
	case state != nil && state.From != from:
		return nil, &OtherSourceError{state.From}
	case state != nil:
		l.state = *state
	default:
		if err := l.begin(ctx); err != nil {
			return nil, err
		}
	}
	if err := to.Ensure(ctx, defs); err != nil {
		return nil, fmt.Errorf("collections of the target: %w", err)
	}
	return l, nil
}

// begin marks an empty store as the target.
func (l *Loader) begin(ctx context.Context) error {
	have, err := l.to.Describe(ctx)
	if err != nil {
		return fmt.Errorf("collections of the target: %w", err)
	}
	for _, c := range have {
		docs, err := l.to.ReadFull(ctx, c.Name, "", 1)
		if err != nil {
			return fmt.Errorf("read %s: %w", c.Name, err)
		}
		if len(docs) > 0 {
			return &NotEmptyError{c.Name}
		}
	}
	if err := l.to.Ensure(ctx, []store.Collection{{Name: Collection, Unwatched: true}}); err != nil {
		return fmt.Errorf("collections of the target: %w", err)
	}
	return l.commit(ctx, nil, l.state)
}

// Put adds documents of a collection, in the order of their ids, after those of
// all collections with lesser names. What is there already it passes over.
func (l *Loader) Put(ctx context.Context, collection string, docs []store.Doc) error {
	if l.state.Filled || collection < l.state.In {
		return nil
	}
	var ops []store.Op
	size := 0
	for i, d := range docs {
		if collection == l.state.In && d.ID <= l.state.After {
			continue
		}
		ops = append(ops, store.Op{Kind: store.Insert, Collection: collection, Doc: d})
		size += len(d.Body)
		if len(ops) < commitDocs && size < commitBytes && i < len(docs)-1 {
			continue
		}
		next := l.state
		next.In, next.After = collection, d.ID
		if err := l.add(ctx, ops, next); err != nil {
			return fmt.Errorf("write %s: %w", collection, err)
		}
		ops, size = nil, 0
	}
	return nil
}

// add inserts documents. When the target refuses one for a unique key, they are
// inserted one by one: the key has passed to it, in the source, from a document
// that was copied before. It is left out here and comes with Repair.
func (l *Loader) add(ctx context.Context, ops []store.Op, next State) error {
	err := l.commit(ctx, ops, next)
	if !keyTaken(err) {
		return err
	}
	for i, op := range ops {
		next := l.state
		next.In, next.After = op.Collection, op.Doc.ID
		err := l.commit(ctx, ops[i:i+1], next)
		if keyTaken(err) {
			err = l.commit(ctx, nil, next)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keyTaken tells whether a document was refused for a key of its own, and not for its id.
func keyTaken(err error) bool {
	var taken *store.UniqueError
	return errors.As(err, &taken) && taken.Index != "id" && taken.Collection != Collection
}

// MarkFilled notes that all documents are there.
func (l *Loader) MarkFilled(ctx context.Context) error {
	next := l.state
	next.Filled = true
	return l.commit(ctx, nil, next)
}

// Finish makes the target a store like any other.
func (l *Loader) Finish(ctx context.Context) error {
	err := l.to.Commit(ctx, &store.Batch{Ops: []store.Op{
		{Kind: store.Delete, Collection: Collection, Doc: store.Doc{ID: rowID}, OldRev: l.state.Rev},
	}})
	if err != nil {
		return fmt.Errorf("finish the migration: %w", err)
	}
	return nil
}

// commit applies ops together with the state next. While the target does not
// answer it is repeated; what became of a commit of unknown outcome is read
// from the row.
func (l *Loader) commit(ctx context.Context, ops []store.Op, next State) error {
	row, err := next.op()
	if err != nil {
		return err
	}
	batch := &store.Batch{Ops: append(slices.Clip(ops), row)}
	wait := 50 * time.Millisecond
	for end := time.Now().Add(commitTimeout); ; wait = min(2*wait, longestWait) {
		err := l.to.Commit(ctx, batch)
		if err == nil || l.applied(ctx, row.Doc, err) {
			next.Rev = row.Doc.Rev
			l.state = next
			return nil
		}
		if !retryable(err) || time.Now().After(end) {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

func retryable(err error) bool {
	return errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrUnknown)
}

// applied tells whether a commit that failed with err is there after all: an
// earlier attempt, whose outcome was not known, did it.
func (l *Loader) applied(ctx context.Context, row store.Doc, err error) bool {
	var taken *store.UniqueError
	if !retryable(err) && !errors.Is(err, store.ErrConflict) && !errors.As(err, &taken) {
		return false
	}
	found, err := l.to.Get(ctx, Collection, rowID)
	return err == nil && found.Rev == row.Rev && sameState(found, row)
}
