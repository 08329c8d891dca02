package sqlite

import (
	"path/filepath"
	"testing"

	"weft/runtime/store"
	"weft/runtime/store/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		s, err := Open(t.Context(), filepath.Join(t.TempDir(), "weft.db"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
