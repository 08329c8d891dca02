package sqlite

import (
	"errors"
	"fmt"

	"weft/runtime/store"
)

var (
	// errPartlyApplied says that a request was refused after some of its changes.
	errPartlyApplied = errors.New("sqlite: a refused batch must be undone")
	errFault         = errors.New("sqlite: injected fault")
)

// tx is the transaction of one group.
type tx struct {
	s       *Store
	c       *conn
	changes []change
	number  uint64 // the number of this commit
	buf     []byte
}

// change is what one operation did to one document.
type change struct {
	coll *collection
	kind store.OpKind
	seq  int64
	// doc is the document after it; for Delete only ID is set.
	doc store.Doc
	// before is the body before it, nil for Insert.
	before []byte
	// had and has are the encoded tokens before and after.
	had, has string
}

func (t *tx) apply(group []*request, savepoints bool) error {
	if err := t.c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := t.applyEach(group, savepoints)
	if err == nil {
		err = t.commit()
	}
	if err == nil {
		return nil
	}
	return errors.Join(err, t.c.rollback())
}

func (t *tx) applyEach(group []*request, savepoints bool) error {
	for _, r := range group {
		if savepoints {
			if err := t.c.exec("SAVEPOINT batch"); err != nil {
				return err
			}
		}
		mark := len(t.changes)
		r.Err = r.run(t)
		switch {
		case r.Err == nil:
		case !refused(r.Err):
			return r.Err
		case savepoints:
			if err := t.c.exec("ROLLBACK TO batch"); err != nil {
				return err
			}
		case len(t.changes) > mark:
			return errPartlyApplied
		}
		if r.Err != nil {
			t.changes = t.changes[:mark]
		}
		if savepoints {
			if err := t.c.exec("RELEASE batch"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) commit() error {
	if err := t.writeWords(); err != nil {
		return err
	}
	if len(t.changes) > 0 {
		t.number = t.s.feed.next(len(t.changes))
		if err := t.c.exec("UPDATE weft_state SET value=? WHERE key=1", int64(t.number)); err != nil {
			return err
		}
		t.s.feed.writing.Store(t.number)
		t.s.docs.mark(t)
	}
	err := t.fault()
	if err == nil {
		err = t.c.exec("COMMIT")
	}
	if err != nil && len(t.changes) > 0 {
		t.s.docs.undo(t)
		t.s.feed.writing.Store(t.s.feed.last.Load())
	}
	return err
}

// fault returns the failure that a test injects here.
func (t *tx) fault() error {
	if err := t.s.injectedFault(); err != nil {
		return fmt.Errorf("%w: %w", errFault, err)
	}
	return nil
}
