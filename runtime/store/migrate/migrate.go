// Package migrate fills an empty store with what another one holds, or what an
// archive of it holds. It knows the port only. What is done stands in a row of
// the target, committed with the documents: a migration that was cut off at any
// point goes on where it was, and until it is finished the row says that the
// store is not whole.
package migrate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"weft/runtime/store"
)

// Store is what a store must offer to be copied from or to; every adapter's does.
type Store interface {
	store.Store
	store.FullReader
	store.Describer
}

// Collection holds the row of a migration under way; it is never copied.
const Collection = "weft_migration"

const rowID = "1"

// State is the row: how far a migration came. Collections are filled in the
// order of their names and each in the order of its ids.
type State struct {
	ID  string `json:"id"`
	Rev int64  `json:"rev"`
	// From names the source, without secrets.
	From string `json:"from"`
	// In and After are the collection and the id of the last document that is there.
	In    string `json:"in,omitempty"`
	After string `json:"after,omitempty"`
	// Filled says that all documents are there.
	Filled bool `json:"filled,omitempty"`
}

// NotEmptyError says that the target holds documents of its own.
type NotEmptyError struct{ Collection string }

func (e *NotEmptyError) Error() string {
	return "the target is not empty: it holds documents in " + e.Collection
}

// OtherSourceError says that the target holds an unfinished migration from elsewhere.
type OtherSourceError struct{ From string }

func (e *OtherSourceError) Error() string {
	return "the target holds an unfinished migration from " + e.From
}

// Unfinished tells whether st is the target of a migration that has not come to
// its end, and which; nil when it is not. Nobody may work with such a store.
func Unfinished(ctx context.Context, st store.Store) (*State, error) {
	names, err := st.Collections(ctx)
	if err != nil {
		return nil, fmt.Errorf("migration: %w", err)
	}
	if !slices.Contains(names, Collection) {
		return nil, nil
	}
	d, err := st.Get(ctx, Collection, rowID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("migration: %w", err)
	}
	var s State
	if err := json.Unmarshal(d.Body, &s); err != nil {
		return nil, fmt.Errorf("migration: the row of the target: %w", err)
	}
	s.Rev = d.Rev
	return &s, nil
}

// op stores the state under its next revision.
func (s State) op() (store.Op, error) {
	op := store.Op{Kind: store.Insert, Collection: Collection, OldRev: s.Rev}
	if s.Rev > 0 {
		op.Kind = store.Replace
	}
	s.ID, s.Rev = rowID, s.Rev+1
	body, err := json.Marshal(s)
	if err != nil {
		return op, fmt.Errorf("migration: %w", err)
	}
	op.Doc = store.Doc{ID: rowID, Rev: s.Rev, Body: body}
	return op, nil
}
