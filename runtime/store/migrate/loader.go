package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/dump"
)

// Limits of one commit.
const (
	commitDocs  = 500
	commitBytes = 4 << 20
)

// commitTimeout is how long a commit is repeated while the target does not
// answer; longestWait bounds the pause between two attempts.
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
// names, or continues the interrupted migration from that source. It fails with
// *NotEmptyError or *OtherSourceError.
func Begin(ctx context.Context, to Store, from string, defs []store.Collection) (*Loader, error) {
	l := &Loader{to: to, state: State{ID: rowID, From: from}}
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

// Put adds documents of a collection. Collections must come in the order of
// their names, documents in the order of their ids. Documents that an earlier
// run has copied are skipped.
func (l *Loader) Put(ctx context.Context, collection string, docs []store.Doc) error {
	if l.state.Filled || collection < l.state.In {
		return nil
	}
	if collection == l.state.In {
		docs = slices.DeleteFunc(slices.Clone(docs), func(d store.Doc) bool { return d.ID <= l.state.After })
	}
	return inBatches(store.Insert, collection, docs, func(ops []store.Op) error {
		next := l.state
		next.In, next.After = collection, ops[len(ops)-1].Doc.ID
		return l.insert(ctx, ops, next)
	})
}

// Repair copies a collection of the source anew. What the target holds of it is
// deleted before, which frees the unique keys. After an interruption the
// collections still differ, and Repair is called again.
func (l *Loader) Repair(ctx context.Context, from store.FullReader, collection string) error {
	pass := func(kind store.OpKind, read store.FullReader) error {
		return dump.Each(ctx, read, collection, "", func(docs []store.Doc) error {
			return inBatches(kind, collection, docs, func(ops []store.Op) error { return l.commit(ctx, ops, l.state) })
		})
	}
	err := pass(store.Delete, l.to)
	if err == nil {
		err = pass(store.Insert, from)
	}
	if err != nil {
		return fmt.Errorf("repair %s: %w", collection, err)
	}
	return nil
}

// inBatches makes an operation of each document and commits them in batches
// within the limits.
func inBatches(kind store.OpKind, collection string, docs []store.Doc, commit func([]store.Op) error) error {
	var ops []store.Op
	size := 0
	for i, d := range docs {
		ops = append(ops, store.Op{Kind: kind, Collection: collection, Doc: d})
		size += len(d.Body)
		if len(ops) < commitDocs && size < commitBytes && i < len(docs)-1 {
			continue
		}
		if err := commit(ops); err != nil {
			return fmt.Errorf("write %s: %w", collection, err)
		}
		ops, size = nil, 0
	}
	return nil
}

// insert commits documents. When the target refuses one for a unique key, they
// are inserted one by one: in the source the key has moved to that document from
// one that was copied before. It is left out here; Repair adds it.
func (l *Loader) insert(ctx context.Context, ops []store.Op, next State) error {
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

// keyTaken tells whether a unique index other than the id refused a document.
func keyTaken(err error) bool {
	var taken *store.UniqueError
	return errors.As(err, &taken) && taken.Index != "id" && taken.Collection != Collection
}

// MarkFilled records that all documents were copied.
func (l *Loader) MarkFilled(ctx context.Context) error {
	next := l.state
	next.Filled = true
	return l.commit(ctx, nil, next)
}

// Finish deletes the row of the migration: the target is complete.
func (l *Loader) Finish(ctx context.Context) error {
	if err := states.Remove(ctx, l.to, l.state); err != nil {
		return fmt.Errorf("finish the migration: %w", err)
	}
	return nil
}

// commit applies ops together with the state next. It is repeated while the
// target does not answer; the row tells whether a commit of unknown outcome was
// applied.
func (l *Loader) commit(ctx context.Context, ops []store.Op, next State) error {
	row, err := states.Put(next)
	if err != nil {
		return err
	}
	next.Rev = row.Doc.Rev
	batch := &store.Batch{Ops: append(slices.Clip(ops), row)}
	wait := 50 * time.Millisecond
	for end := time.Now().Add(commitTimeout); ; wait = min(2*wait, longestWait) {
		err := l.to.Commit(ctx, batch)
		if err == nil || l.applied(ctx, next, err) {
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

// applied tells whether the state next is stored although a commit failed with
// err: an earlier attempt of unknown outcome stored it.
func (l *Loader) applied(ctx context.Context, next State, err error) bool {
	if !retryable(err) && !store.LostRace(err) {
		return false
	}
	found, err := states.Get(ctx, l.to, rowID)
	return err == nil && found == next
}
