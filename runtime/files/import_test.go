package files_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/runtime/files"
	"weft/runtime/store"
)

func TestFilesOfAnotherWeftAreImported(t *testing.T) {
	t.Parallel()
	from := newRoom(t)
	f := from.put(t, "a.txt", "the text")
	eachRoom(t, func(t *testing.T, r room) {
		for _, wrong := range []string{"", "the tex", "the texT", "the text and more", strings.Repeat("x", 17<<20)} {
			if err := r.Import(t.Context(), *f, strings.NewReader(wrong)); !errors.Is(err, files.ErrDiffers) {
				t.Errorf("%.20q: %v", wrong, err)
			}
		}
		if got := r.keys(t); len(got) != 0 {
			t.Errorf("stored: %v", got)
		}
		if has, err := r.Holds(t.Context(), *f); has || err != nil {
			t.Errorf("before: %v, %v", has, err)
		}
		in, err := from.Bytes(t.Context(), *f)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		if err := r.Import(t.Context(), *f, in); err != nil {
			t.Fatal(err)
		}
		if has, err := r.Holds(t.Context(), *f); !has || err != nil {
			t.Errorf("after: %v, %v", has, err)
		}
		out, err := r.Bytes(t.Context(), *f)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		if text, err := io.ReadAll(out); string(text) != "the text" || err != nil {
			t.Errorf("read %q, %v", text, err)
		}
	})
}

// restored is a room over the same storage and an earlier state of the store.
func (r room) restored(t *testing.T, docs map[string][]store.Doc) room {
	t.Helper()
	old := newRoomWith(t, files.Options{Storage: r.storage})
	old.clock.add(r.clock.now().Sub(old.clock.now()))
	for collection, list := range docs {
		for _, d := range list {
			commit(t, old, []store.Op{{Kind: store.Insert, Collection: collection, Doc: d}})
		}
	}
	return old
}

func (r room) docs(t *testing.T) map[string][]store.Doc {
	t.Helper()
	all := map[string][]store.Doc{}
	for _, c := range files.Collections() {
		docs, err := r.store.Find(t.Context(), c.Name, store.Find{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		all[c.Name] = docs
	}
	return all
}

// TestAnOldDatabaseWithANewerStorage: R-28. What is still there is found, what
// went since is named, and what came since is taken away a day later.
func TestAnOldDatabaseWithANewerStorage(t *testing.T) {
	t.Parallel()
	eachRoom(t, func(t *testing.T, r room) {
		stays, goes := r.put(t, "stays.txt", "stays"), r.put(t, "goes.txt", "goes")
		link(t, r, stays)
		if err := r.Claim(t.Context()); err != nil {
			t.Fatal(err)
		}
		backup := r.docs(t)
		came := r.put(t, "came.txt", "came")
		link(t, r, came)
		if err := r.Discard(t.Context(), goes); err != nil {
			t.Fatal(err)
		}
		old := r.restored(t, backup)
		missing, n, err := old.Missing(t.Context())
		if err != nil || n != 2 || !slices.Equal(missing, []string{goes.ID}) {
			t.Errorf("missing %v of %d, %v", missing, n, err)
		}
		if _, err := old.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := old.keys(t); !slices.Contains(got, came.ID) {
			t.Errorf("swept too soon, left: %v", got)
		}
		old.clock.add(files.Keep + time.Minute)
		if _, err := old.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := old.keys(t); slices.Contains(got, came.ID) || !slices.Contains(got, stays.ID) {
			t.Errorf("left: %v", got)
		}
		old.holds(t, stays, []byte("stays"))
	})
}
