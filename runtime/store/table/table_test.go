package table_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/storetest/anystore"
	"weft/runtime/store/table"
)

type note struct {
	ID   string `json:"id"`
	Rev  int64  `json:"rev"`
	Code string `json:"code,omitempty"`
	Text string `json:"text,omitempty"`
	More any    `json:"more,omitempty"`
}

var (
	notes    = table.New("note", func(n *note) (*string, *int64) { return &n.ID, &n.Rev })
	codePath = query.Path{Field: "code", Kind: query.Key}
)

func open(t *testing.T) store.Store {
	s := anystore.Open(t)
	err := s.Ensure(t.Context(), []store.Collection{
		{Name: "note", Indexes: []store.Index{{Name: "code", Unique: true, Keys: []store.IndexKey{{Path: codePath}}}}},
		{Name: "other"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func save(t *testing.T, s store.Store, n *note) {
	t.Helper()
	if err := notes.Save(t.Context(), s, n); err != nil {
		t.Fatal(err)
	}
}

func TestRowsAreReadAsTheyWereSaved(t *testing.T) {
	t.Parallel()
	s := open(t)
	n := note{ID: "a", Code: "x", Text: "<b> & 中文", More: map[string]any{"amount": json.Number("12345678901234567.25")}}
	save(t, s, &n)
	if n.Rev != 1 {
		t.Errorf("revision %d after the first save", n.Rev)
	}
	n.Text += "!"
	save(t, s, &n)
	got, err := notes.Get(t.Context(), s, "a")
	if err != nil {
		t.Fatal(err)
	}
	if got.Rev != 2 || got.Text != n.Text {
		t.Errorf("read %+v, saved %+v", got, n)
	}
	many, err := notes.GetMany(t.Context(), s, []string{"missing", "a"})
	if err != nil || len(many) != 1 || many[0].ID != "a" {
		t.Errorf("get many: %+v, %v", many, err)
	}
	if _, err := notes.Get(t.Context(), s, "missing"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a missing row: %v", err)
	}
}

func TestBodiesKeepTextAndNumbersExact(t *testing.T) {
	t.Parallel()
	op, err := notes.Put(note{ID: "a", Text: "<b> & 中文", More: json.Number("12345678901234567.25")})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"a","rev":1,"text":"<b> & 中文","more":12345678901234567.25}`
	if string(op.Doc.Body) != want {
		t.Errorf("body %s, want %s", op.Doc.Body, want)
	}
	n, err := notes.Decode(op.Doc)
	if err != nil || n.More != json.Number("12345678901234567.25") {
		t.Errorf("decoded %+v, %v", n, err)
	}
}

func TestTheSlowerWriterLosesTheRace(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	save(t, s, &note{ID: "a", Code: "x"})
	for what, lose := range map[string]func() error{
		"insertion of a stored id":     func() error { return notes.Save(ctx, s, &note{ID: "a", Code: "y"}) },
		"insertion of a taken code":    func() error { return notes.Save(ctx, s, &note{ID: "b", Code: "x"}) },
		"replacement of an older row":  func() error { return notes.Save(ctx, s, &note{ID: "a", Rev: 7}) },
		"replacement of a missing row": func() error { return notes.Save(ctx, s, &note{ID: "c", Rev: 7}) },
		"deletion of an older row":     func() error { return notes.Remove(ctx, s, note{ID: "a", Rev: 7}) },
	} {
		err := lose()
		if !store.LostRace(err) || !store.LostRaceIn(err, "note") || store.LostRaceIn(err, "other") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got, err := notes.Get(ctx, s, "a"); err != nil || got.Rev != 1 || got.Code != "x" {
		t.Errorf("the faster writer's row is %+v, %v", got, err)
	}
	for _, err := range []error{nil, store.ErrUnavailable, store.ErrNotFound} {
		if store.LostRace(err) || store.LostRaceIn(err, "note") {
			t.Errorf("%v counts as a lost race", err)
		}
	}
	if !store.LostRaceIn(fmt.Errorf("commit: %w", store.ErrConflict), "note") {
		t.Error("a conflict that names no document is not a lost race")
	}
}

func TestAFailedSaveLeavesTheRevision(t *testing.T) {
	t.Parallel()
	s := open(t)
	n := note{ID: "a", Rev: 3}
	if err := notes.Save(t.Context(), s, &n); err == nil || n.Rev != 3 {
		t.Errorf("revision %d, error %v", n.Rev, err)
	}
}

func TestSaveCommitsFurtherOperationsOrNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	n := note{ID: "a"}
	other := store.Op{Kind: store.Insert, Collection: "other", Doc: store.Doc{ID: "o", Rev: 1, Body: []byte(`{"id":"o","rev":1}`)}}
	if err := notes.Save(ctx, s, &n, other); err != nil {
		t.Fatal(err)
	}
	if err := notes.Save(ctx, s, &n, other); !store.LostRaceIn(err, "other") || n.Rev != 1 {
		t.Errorf("a second insertion: revision %d, %v", n.Rev, err)
	}
}

func TestEachReadsEveryRowAndDeleteWhereThoseThatMatch(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	const n = 1203 // more than two pages
	b := &store.Batch{}
	for i := range n {
		op, err := notes.Put(note{ID: fmt.Sprintf("n%05d", i), Code: fmt.Sprint(i%3*10000, "-", i)})
		if err != nil {
			t.Fatal(err)
		}
		b.Ops = append(b.Ops, op)
	}
	if err := s.Commit(ctx, b); err != nil {
		t.Fatal(err)
	}
	where := query.Cmp{Path: codePath, Op: query.Lt, Value: "1"} // a third
	count := func(where query.Expr) (ids []string) {
		for row, err := range notes.Each(ctx, s, where) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, row.ID)
		}
		return ids
	}
	if got := count(nil); len(got) != n || got[0] != "n00000" || got[n-1] != "n01202" {
		t.Errorf("%d rows", len(got))
	}
	if got := count(where); len(got) != n/3 || strings.Join(got[:2], " ") != "n00000 n00003" {
		t.Errorf("%d rows match", len(got))
	}
	for range notes.Each(ctx, s, nil) {
		break // ends early without a further page
	}
	if gone, err := table.DeleteWhere(ctx, s, "note", where); err != nil || gone != n/3 {
		t.Errorf("deleted %d, %v", gone, err)
	}
	if got := count(nil); len(got) != n-n/3 {
		t.Errorf("%d rows stay", len(got))
	}
}

func TestDeletingWhatDoesNotExistIsNoError(t *testing.T) {
	t.Parallel()
	s := open(t)
	if err := s.Commit(t.Context(), &store.Batch{Ops: []store.Op{table.Delete("note", "missing")}}); err != nil {
		t.Error(err)
	}
}
