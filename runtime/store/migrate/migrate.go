// Package migrate fills an empty store from another store, or from an archive of
// one: both `weft migrate` and `weft restore` load documents with it. It uses
// only the store port. Its progress is a row of the target, committed together
// with the documents: a migration that was interrupted at any point continues
// there, and until it is finished the row marks the store as incomplete.
//
// A migration is not a backup piped into a restore: a backup is one snapshot, which
// a replica set keeps for about a minute, and has no position at which a stream
// could continue. A migration reads pages by id instead, and Repair copies the
// collections that changed meanwhile anew.
package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"weft/runtime/store"
	"weft/runtime/store/table"
)

// Store is a store that can be copied from or to; every adapter's is one.
type Store interface {
	store.Store
	store.FullReader
	store.Describer
}

// Collection holds the row of a running migration; it is never copied.
const Collection = "weft_migration"

const rowID = "1"

// State is that row: the progress of a migration. Collections are filled in the
// order of their names and each in the order of its ids.
type State struct {
	ID  string `json:"id"`
	Rev int64  `json:"rev"`
	// From names the source, without secrets.
	From string `json:"from"`
	// In and After are the collection and the id of the last document copied.
	In    string `json:"in,omitempty"`
	After string `json:"after,omitempty"`
	// Filled says that all documents were copied.
	Filled bool `json:"filled,omitempty"`
}

var states = table.New(Collection, func(s *State) (*string, *int64) { return &s.ID, &s.Rev })

// NotEmptyError says that the target holds documents of its own.
type NotEmptyError struct{ Collection string }

func (e *NotEmptyError) Error() string {
	return "the target is not empty: it holds documents in " + e.Collection
}

// OtherSourceError says that the target holds an unfinished migration from
// another source.
type OtherSourceError struct{ From string }

func (e *OtherSourceError) Error() string {
	return "the target holds an unfinished migration from " + e.From
}

// Unfinished returns the state of the unfinished migration whose target st is,
// nil when there is none. A store with one must not be used.
func Unfinished(ctx context.Context, st store.Store) (*State, error) {
	names, err := st.Collections(ctx)
	if err != nil {
		return nil, fmt.Errorf("migration: %w", err)
	}
	if !slices.Contains(names, Collection) {
		return nil, nil
	}
	s, err := states.Get(ctx, st, rowID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("migration: %w", err)
	}
	return &s, nil
}
