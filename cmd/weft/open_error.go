package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"weft/runtime/store"
	"weft/runtime/store/mongo"
)

// errEmbeddedDatabase protects the files of an embedded database: the sweep of
// another one would remove them as unreferenced.
var errEmbeddedDatabase = errors.New("it holds an embedded database; give --data a folder of its own, and move what is in it with weft migrate")

// unreachableError says that the database did not answer; nothing else is wrong.
type unreachableError struct{ cause error }

func (e *unreachableError) Error() string {
	reason := e.cause.Error()
	for _, said := range []error{store.ErrUnavailable, store.ErrUnknown} { // as a prefix it would be repeated
		reason = strings.TrimPrefix(reason, said.Error()+": ")
	}
	return "the database cannot be reached: " + reason
}

func (e *unreachableError) Unwrap() error { return e.cause }

// explainOpen says in one sentence why weft could not be opened, and what to do.
func (m *Main) explainOpen(err error) error {
	if m.cli.MongodbURI == "" || errors.Is(err, errEmbeddedDatabase) {
		return explainFolder(m.cli.Data, err)
	}
	var unfinished *unfinishedCopyError
	if errors.As(err, &unfinished) {
		if name, bad := mongo.Address(m.cli.MongodbURI); bad == nil {
			return fmt.Errorf("database %s: %w", name, err)
		}
	}
	return explainMongo(err)
}

// explainFolder says in one sentence why a data folder could not be opened, and what to do.
func explainFolder(dir string, err error) error {
	switch {
	case errors.Is(err, store.ErrTooNew):
		return fmt.Errorf("the data folder %s was written by a newer version of weft; run that version, nothing was changed", dir)
	case errors.Is(err, store.ErrFull), errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("the disk that holds the data folder %s is full; free some space and start again, nothing was lost", dir)
	case errors.Is(err, store.ErrReadOnly), errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the data folder %s cannot be written to; check its owner and how the disk is mounted", dir)
	}
	return fmt.Errorf("data folder %s: %w", dir, err)
}
