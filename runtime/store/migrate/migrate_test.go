package migrate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/migrate"
	"weft/runtime/store/sqlite"
)

func open(t *testing.T) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "weft.db"), sqlite.Options{Synchronous: "OFF"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

var (
	namePath = query.Path{Field: "name", Kind: query.Text, SortKey: true}
	codePath = query.Path{Field: "code", Kind: query.Key}
)

func collections() []store.Collection {
	return []store.Collection{
		{
			Name: "account", Searchable: true,
			Kinds: map[string]query.Kind{"name": query.Text, "code": query.Key, "amount": query.Decimal, "at": query.Instant},
			Indexes: []store.Index{
				{Name: "code", Unique: true, Keys: []store.IndexKey{{Path: codePath}}},
				{Name: "sort_name", Keys: []store.IndexKey{{Path: namePath}}},
			},
		},
		{Name: "deal"},
		{Name: "weft_session", Unwatched: true},
	}
}

func doc(id, code string) store.Doc {
	name := "合同 " + code
	body, _ := json.Marshal(map[string]any{"id": id, "rev": 1, "name": name, "code": code, "amount": "10000000000000125000", "at": "2026-01-31T00:00:00.000Z", "n": 1.5})
	d := store.Doc{ID: id, Rev: 1, Body: body, Sort: map[string]string{"name": query.SortKey(name)}}
	for _, w := range query.Tokens(name) {
		d.Tokens = append(d.Tokens, store.Token{Field: "name", Text: w})
	}
	return d
}

const documents = 1234

// filled is a store with documents in two collections and a session.
func filled(t *testing.T) *sqlite.Store {
	t.Helper()
	s := open(t)
	var ops []store.Op
	for i := range documents {
		id := fmt.Sprintf("%05d", i)
		ops = append(ops, store.Op{Kind: store.Insert, Collection: "account", Doc: doc(id, "c"+id)},
			store.Op{Kind: store.Insert, Collection: "deal", Doc: store.Doc{ID: id, Rev: 2, Body: json.RawMessage(`{"id":"` + id + `","rev":2}`)}})
	}
	ops = append(ops, store.Op{Kind: store.Insert, Collection: "weft_session", Doc: doc("s", "s")})
	if err := errors.Join(s.Ensure(t.Context(), collections()), s.Commit(t.Context(), &store.Batch{Ops: ops})); err != nil {
		t.Fatal(err)
	}
	return s
}

var skip = []string{"weft_session"}

// run does a whole migration, or as much as comes before an error.
func run(ctx context.Context, from, to migrate.Store) ([]migrate.Difference, error) {
	defs, err := migrate.Definitions(ctx, from, skip)
	if err != nil {
		return nil, err
	}
	l, err := migrate.Begin(ctx, to, "here", defs)
	if err != nil {
		return nil, err
	}
	if err := l.Copy(ctx, from, defs, func(string, int) {}); err != nil {
		return nil, err
	}
	list, err := migrate.Compare(ctx, from, to, defs)
	if err != nil {
		return nil, err
	}
	return list, l.Finish(ctx)
}

func checkEqual(t *testing.T, list []migrate.Difference) {
	t.Helper()
	for _, d := range list {
		if !d.Equal() || d.Source.Count != documents || d.Collection == "weft_session" {
			t.Errorf("%s: %+v", d.Collection, d)
		}
	}
	if len(list) != 2 {
		t.Errorf("compared: %+v", list)
	}
}

func TestEverythingIsCopied(t *testing.T) {
	t.Parallel()
	from, to := filled(t), open(t)
	list, err := run(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	checkEqual(t, list)
	if n, err := to.Count(t.Context(), "account", query.Cmp{Path: namePath, Op: query.Match, Value: query.Words("c00077")[0]}, 0); n != 1 || err != nil {
		t.Errorf("a search finds %d, %v", n, err)
	}
	if state, err := migrate.Unfinished(t.Context(), to); state != nil || err != nil {
		t.Errorf("still marked as unfinished: %+v, %v", state, err)
	}
	var taken *migrate.NotEmptyError
	if _, err := run(t.Context(), from, to); !errors.As(err, &taken) {
		t.Errorf("onto a store that is not empty: %v", err)
	}
}

// A migration that is interrupted before any commit of the target continues there.
func TestAnInterruptedMigrationContinues(t *testing.T) {
	t.Parallel()
	from, to := filled(t), open(t)
	cut := errors.New("interrupted")
	for n := 1; ; n++ {
		budget := n * 150
		ctx, cancel := context.WithCancel(t.Context())
		to.SetFault(func() error {
			if budget--; budget < 0 {
				cancel()
				return cut
			}
			return nil
		})
		list, err := run(ctx, from, to)
		cancel()
		to.SetFault(nil)
		if err == nil {
			checkEqual(t, list)
			if n < 4 {
				t.Errorf("only %d attempts", n)
			}
			return
		}
		if state, err := migrate.Unfinished(t.Context(), to); err != nil || n > 1 && state == nil {
			t.Fatalf("after attempt %d: %+v, %v", n, state, err)
		}
	}
}

func TestAnotherSourceIsRefused(t *testing.T) {
	t.Parallel()
	to := open(t)
	if _, err := migrate.Begin(t.Context(), to, "there", nil); err != nil {
		t.Fatal(err)
	}
	var other *migrate.OtherSourceError
	if _, err := run(t.Context(), filled(t), to); !errors.As(err, &other) || other.From != "there" {
		t.Errorf("got %v", err)
	}
}

// Changes made in the source during the copy are found and repaired.
func TestRepair(t *testing.T) {
	t.Parallel()
	from, to := filled(t), open(t)
	defs, err := migrate.Definitions(t.Context(), from, skip)
	if err != nil {
		t.Fatal(err)
	}
	l, err := migrate.Begin(t.Context(), to, "here", defs)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Copy(t.Context(), from, defs, func(string, int) {}); err != nil {
		t.Fatal(err)
	}
	swapped := doc("00001", "c00002") // two documents trade their unique keys
	swapped.Rev = 2
	other := doc("00002", "c00001")
	other.Rev = 2
	batch := &store.Batch{Ops: []store.Op{
		{Kind: store.Delete, Collection: "account", Doc: store.Doc{ID: "00001"}},
		{Kind: store.Delete, Collection: "account", Doc: store.Doc{ID: "00002"}},
		{Kind: store.Insert, Collection: "account", Doc: swapped}, {Kind: store.Insert, Collection: "account", Doc: other},
		{Kind: store.Delete, Collection: "account", Doc: store.Doc{ID: "00700"}},
		{Kind: store.Delete, Collection: "account", Doc: store.Doc{ID: "01233"}},
		{Kind: store.Insert, Collection: "account", Doc: doc("00000a", "new")}, {Kind: store.Insert, Collection: "account", Doc: doc("9", "last")},
	}}
	if err := from.Commit(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	equal := func() (account, deal bool) {
		list, err := migrate.Compare(t.Context(), from, to, defs)
		if err != nil {
			t.Fatal(err)
		}
		return list[0].Equal(), list[1].Equal()
	}
	if account, deal := equal(); account || !deal {
		t.Errorf("before: %t, %t", account, deal)
	}
	// A repair that is interrupted between deleting and inserting is made again.
	broken := &interrupted{Store: to, left: documents/500 + 2}
	again, err := migrate.Begin(t.Context(), broken, "here", defs)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Repair(t.Context(), from, "account"); !errors.Is(err, errInterrupted) {
		t.Fatalf("got %v", err)
	}
	if account, deal := equal(); account || !deal {
		t.Errorf("interrupted: %t, %t", account, deal)
	}
	if l, err = migrate.Begin(t.Context(), to, "here", defs); err != nil {
		t.Fatal(err)
	}
	if err := l.Repair(t.Context(), from, "account"); err != nil {
		t.Fatal(err)
	}
	if account, deal := equal(); !account || !deal {
		t.Errorf("after: %t, %t", account, deal)
	}
}

var errInterrupted = errors.New("interrupted")

// interrupted refuses every commit after some.
type interrupted struct {
	*sqlite.Store
	left int
}

func (i *interrupted) Commit(ctx context.Context, b *store.Batch) error {
	if i.left--; i.left < 0 {
		return errInterrupted
	}
	return i.Store.Commit(ctx, b)
}

// A commit of unknown outcome is looked up and never applied twice.
func TestUnknownOutcome(t *testing.T) {
	t.Parallel()
	from, to := filled(t), open(t)
	list, err := run(t.Context(), from, &forgetful{Store: to})
	if err != nil {
		t.Fatal(err)
	}
	checkEqual(t, list)
}

// forgetful reports an unknown outcome of every second commit, which it applies,
// and refuses every third.
type forgetful struct {
	*sqlite.Store
	n int
}

func (f *forgetful) Commit(ctx context.Context, b *store.Batch) error {
	f.n++
	switch {
	case len(b.Ops) == 1 && b.Ops[0].Kind == store.Delete:
	case f.n%3 == 0:
		return store.ErrUnavailable
	case f.n%2 == 0:
		return errors.Join(f.Store.Commit(ctx, b), store.ErrUnknown)
	}
	return f.Store.Commit(ctx, b)
}

// While a migration is interrupted the source may change: a unique key moves from
// a document that was copied to one that was not. Repair adds what the target
// refused.
func TestAUniqueKeyMovesDuringAnInterruption(t *testing.T) {
	t.Parallel()
	from, to := filled(t), open(t)
	defs, err := migrate.Definitions(t.Context(), from, skip)
	if err != nil {
		t.Fatal(err)
	}
	l, err := migrate.Begin(t.Context(), to, "here", defs)
	if err != nil {
		t.Fatal(err)
	}
	first, err := from.ReadFull(t.Context(), "account", "", 700)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Put(t.Context(), "account", first); err != nil {
		t.Fatal(err)
	}
	free, taker := doc("00007", "free"), doc("01000", "c00007")
	free.Rev, taker.Rev = 2, 2
	batch := &store.Batch{Ops: []store.Op{
		{Kind: store.Replace, Collection: "account", Doc: free}, {Kind: store.Replace, Collection: "account", Doc: taker},
	}}
	if err := from.Commit(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if l, err = migrate.Begin(t.Context(), to, "here", defs); err != nil {
		t.Fatal(err)
	}
	if err := l.Copy(t.Context(), from, defs, func(string, int) {}); err != nil {
		t.Fatalf("it cannot continue: %v", err)
	}
	if n, err := to.Count(t.Context(), "account", nil, 0); n != documents-1 || err != nil {
		t.Errorf("%d documents, %v: more are left out than the one", n, err)
	}
	if err := l.Repair(t.Context(), from, "account"); err != nil {
		t.Fatal(err)
	}
	list, err := migrate.Compare(t.Context(), from, to, defs)
	if err != nil {
		t.Fatal(err)
	}
	checkEqual(t, list)
}
