package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// Errors specific to an embedded file.
var (
	ErrInUse   = errors.New("sqlite: another process has this database open")
	ErrCorrupt = errors.New("sqlite: the file is damaged or not a database; restore a backup")
)

func errReadOnly(cause error) error { return fmt.Errorf("%w: %w", store.ErrReadOnly, cause) }
func errFull(cause error) error     { return fmt.Errorf("%w: %w", store.ErrFull, cause) }

// classify wraps an error of SQLite in one of the port's errors; others stay.
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

// refused tells whether err refuses one batch; any other error is a failure of the
// database and fails the whole group.
func refused(err error) bool {
	var unique *store.UniqueError
	var refusal *refusal
	return errors.Is(err, store.ErrConflict) || errors.As(err, &unique) || errors.As(err, &refusal)
}

// refusal is the error of a batch that is invalid.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// documentError turns the error of a write into a refusal of its batch when the
// document causes it (a unique index, a body that is not JSON or too large), so
// that other batches of the group do not fail with it.
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

// asRefusal turns the error of preparing a request's statement into a refusal of
// that request, unless the disk or memory failed.
func asRefusal(err error) error {
	if sqlite3.ErrCode(err).ToPrimary() == sqlite3.ResultError {
		return &refusal{err}
	}
	return err
}
