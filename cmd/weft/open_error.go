package main

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"weft/runtime/store"
)

// explainOpen says in one sentence why a data folder could not be opened, and what to do.
func explainOpen(dir string, err error) error {
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
