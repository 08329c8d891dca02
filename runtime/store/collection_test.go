package store_test

import (
	"encoding/json"
	"testing"

	"weft/runtime/store"
)

// Databases and archives keep collections as JSON, so the spelling of the
// members must not change with the names of the fields.
func TestTheStoredFormOfACollectionIsStable(t *testing.T) {
	t.Parallel()
	const stored = `{"Name":"log","Indexes":null,"Kinds":null,"Searchable":false,"Quiet":true,"Fences":true}`
	c := store.Collection{Name: "log", Unwatched: true, ExpectAbsent: true}
	if got, err := json.Marshal(c); err != nil || string(got) != stored {
		t.Errorf("stored as %s, %v; want %s", got, err, stored)
	}
}
