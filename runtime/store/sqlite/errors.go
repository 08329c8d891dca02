package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// Errors that only an embedded file can have.
var (
	ErrInUse   = errors.New("sqlite: another process has this database open")
	ErrCorrupt = errors.New("sqlite: the file is damaged or is no database; restore a backup")
)

func errReadOnly(cause error) error { return fmt.Errorf("%w: %w", store.ErrReadOnly, cause) }
func errFull(cause error) error     { return fmt.Errorf("%w: %w", store.ErrFull, cause) }

// classify names an error of SQLite by the port's errors; others stay as they are.
func classify(err error) error {
	if err == nil || known(err) {
		return err
	}
	switch sqlite3.ErrCode(err).ToPrimary() {
	case sqlite3.ResultFull:
		return errFull(err)
	case sqlite3.ResultReadOnly:
		return errReadOnly(err)
	case sqlite3.ResultCorrupt, sqlite3.ResultNotADB:
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	case sqlite3.ResultInterrupt:
		return fmt.Errorf("%w: %w", context.Canceled, err)
	case sqlite3.ResultBusy, sqlite3.ResultLocked, sqlite3.ResultCantOpen, sqlite3.ResultIOErr, sqlite3.ResultNoMem:
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	return err
}

func known(err error) bool {
	for _, e := range []error{store.ErrFull, store.ErrReadOnly, store.ErrUnavailable, store.ErrUnknown,
		store.ErrTooNew, store.ErrNotFound, store.ErrConflict, ErrInUse, ErrCorrupt,
		context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// refused tells whether err is the answer to one batch rather than a failure
// of the database, which fails the whole group.
func refused(err error) bool {
	var unique *store.UniqueError
	var refusal *refusal
	return errors.Is(err, store.ErrConflict) || errors.As(err, &unique) || errors.As(err, &refusal)
}

// refusal is a batch that cannot be applied because of what it says.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// documentError tells what of a failed write is the document's own fault, so
// that nobody else's batch fails with it: a unique index that refuses it, a
// body that is no JSON or too large.
func documentError(err error, c *collection, id string) error {
	switch sqlite3.ErrCode(err).ToPrimary() {
	case sqlite3.ResultConstraint:
	case sqlite3.ResultError, sqlite3.ResultTooBig, sqlite3.ResultMismatch:
		return &refusal{fmt.Errorf("sqlite: %s/%s: %w", c.Name, id, err)}
	default:
		return err
	}
	index := "id"
	if _, quoted, ok := strings.Cut(err.Error(), "index '"); ok {
		name, _, _ := strings.Cut(quoted, "'")
		index = c.indexName(name)
	} else if _, columns, ok := strings.Cut(err.Error(), "failed: "); ok && !strings.HasSuffix(columns, ".id") {
		return &refusal{err}
	}
	return &store.UniqueError{Collection: c.Name, Index: index, ID: id}
}

// asRefusal takes an error of preparing a request's statement as the answer to
// that request, unless the disk or memory failed.
func asRefusal(err error) error {
	if sqlite3.ErrCode(err).ToPrimary() == sqlite3.ResultError {
		return &refusal{err}
	}
	return err
}
