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
	from := newFixture(t)
	f := from.put(t, "a.txt", "the text")
	forEachStorage(t, func(t *testing.T, r fixture) {
		for _, wrong := range []string{"", "the tex", "the texT", "the text and more", strings.Repeat("x", 17<<20)} {
			if err := r.RestoreBytes(t.Context(), *f, strings.NewReader(wrong)); !errors.Is(err, files.ErrDiffers) {
				t.Errorf("%.20q: %v", wrong, err)
			}
		}
		if got := r.keys(t); len(got) != 0 {
			t.Errorf("stored: %v", got)
		}
		if has, err := r.HasBytes(t.Context(), *f); has || err != nil {
			t.Errorf("before: %v, %v", has, err)
		}
		in, err := from.OpenBytes(t.Context(), *f)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		if err := r.RestoreBytes(t.Context(), *f, in); err != nil {
			t.Fatal(err)
		}
		if has, err := r.HasBytes(t.Context(), *f); !has || err != nil {
			t.Errorf("after: %v, %v", has, err)
		}
		out, err := r.OpenBytes(t.Context(), *f)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		if text, err := io.ReadAll(out); string(text) != "the text" || err != nil {
			t.Errorf("read %q, %v", text, err)
		}
	})
}

// restored is a Service over the same storage and an earlier state of the store.
func (r fixture) restored(t *testing.T, docs map[string][]store.Doc) fixture {
	t.Helper()
	old := newFixtureWith(t, files.Options{Storage: r.storage})
	old.clock.add(r.clock.now().Sub(old.clock.now()))
	for collection, list := range docs {
		for _, d := range list {
			commit(t, old, []store.Op{{Kind: store.Insert, Collection: collection, Doc: d}})
		}
	}
	return old
}

func (r fixture) docs(t *testing.T) map[string][]store.Doc {
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

// TestAnOldDatabaseWithANewerStorage: R-28. A database that was put back keeps
// its name. What is still there is found, what went since is named, and what came
// since, or was linked since, stays for a day, however old it is: until then the
// newer database may be put back in turn.
func TestAnOldDatabaseWithANewerStorage(t *testing.T) {
	t.Parallel()
	forEachStorage(t, func(t *testing.T, r fixture) {
		stays, goes, loose := r.put(t, "stays.txt", "stays"), r.put(t, "goes.txt", "goes"), r.put(t, "loose.txt", "loose")
		link(t, r, stays)
		if err := r.ClaimOwnership(t.Context()); err != nil {
			t.Fatal(err)
		}
		backup := r.docs(t)
		came := r.put(t, "came.txt", "came")
		link(t, r, came)
		link(t, r, loose)
		if err := r.DeleteUnlinked(t.Context(), goes); err != nil {
			t.Fatal(err)
		}
		r.clock.add(files.UnlinkedRetention + time.Minute)
		old := r.restored(t, backup)
		missing, n, err := old.FindMissingBytes(t.Context())
		if err != nil || n != 3 || !slices.Equal(missing, []string{goes.ID}) {
			t.Errorf("missing %v of %d, %v", missing, n, err)
		}
		for _, wait := range []time.Duration{0, time.Hour, files.UnlinkedRetention - time.Hour - time.Minute} {
			old.clock.add(wait)
			old.sweep(t)
			if got := old.keys(t); !slices.Contains(got, came.ID) || !slices.Contains(got, loose.ID) {
				t.Fatalf("swept too soon, left: %v", got)
			}
		}
		r.holds(t, loose, []byte("loose"))
		old.clock.add(2 * time.Minute)
		old.sweep(t)
		if got := old.keys(t); !slices.Equal(got, []string{stays.ID}) {
			t.Errorf("left: %v, not just %s", got, stays.ID)
		}
		old.holds(t, stays, []byte("stays"))
	})
}

// What a document came to know is not what was seen without one before.
func TestBytesThatBecameKnown(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	f := r.put(t, "a.txt", "a")
	link(t, r, f)
	known := r.docs(t)[files.Collection][0]
	forget := []store.Op{{Kind: store.Delete, Collection: files.Collection, Doc: store.Doc{ID: f.ID}}}
	commit(t, r, forget)
	r.clock.add(files.UnlinkedRetention + time.Minute)
	r.sweep(t)
	commit(t, r, []store.Op{{Kind: store.Insert, Collection: files.Collection, Doc: known}})
	r.clock.add(files.UnlinkedRetention - time.Hour)
	r.sweep(t)
	commit(t, r, forget)
	r.clock.add(2 * time.Hour)
	r.sweep(t)
	if got := r.keys(t); !slices.Equal(got, []string{f.ID}) {
		t.Fatalf("swept by what was seen before, left: %v", got)
	}
	r.clock.add(files.UnlinkedRetention + time.Minute)
	r.sweep(t)
	if got := r.keys(t); len(got) > 0 {
		t.Errorf("left: %v", got)
	}
	if n, err := r.store.Count(t.Context(), "weft_orphan", nil, 0); n != 0 || err != nil {
		t.Errorf("%d notes are left, %v", n, err)
	}
}

// Bytes that went by another hand leave no note.
func TestNotesOfWhatIsGone(t *testing.T) {
	t.Parallel()
	forEachStorage(t, func(t *testing.T, r fixture) {
		key := newKey()
		if err := r.storage.Put(t.Context(), key, strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
		r.clock.add(files.UnlinkedRetention + time.Minute)
		r.sweep(t)
		if n, err := r.store.Count(t.Context(), "weft_orphan", nil, 0); n != 1 || err != nil {
			t.Fatalf("%d notes, %v", n, err)
		}
		if err := r.storage.Remove(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		r.clock.add(files.UnlinkedRetention + time.Minute)
		r.sweep(t)
		if n, err := r.store.Count(t.Context(), "weft_orphan", nil, 0); n != 0 || err != nil {
			t.Errorf("%d notes are left, %v", n, err)
		}
	})
}
