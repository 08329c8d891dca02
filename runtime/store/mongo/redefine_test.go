package mongo_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"

	"go.mongodb.org/mongo-driver/bson"
)

var (
	nameText  = query.Path{Field: "name", Kind: query.Text}
	nameOrder = query.Path{Field: "name", Kind: query.Text, SortKey: true}
	sizePath  = query.Path{Field: "size", Kind: query.Number}
)

// blockNextStep makes the next step of a backfill, or operation of a batch, wait until
// release, and fail with err; those behind it go on.
func blockNextStep(s *mongo.Store, err error) (reached <-chan struct{}, release func()) {
	var calls atomic.Int64
	at, on := make(chan struct{}), make(chan struct{})
	s.SetFault(func() error {
		if calls.Add(1) == 1 {
			close(at)
			<-on
			return err
		}
		return nil
	})
	return at, func() { close(on) }
}

func insertAll(t *testing.T, s *mongo.Store, collection string, members map[string]string) {
	t.Helper()
	b := &store.Batch{}
	for id, m := range members {
		b.Ops = append(b.Ops, op(store.Insert, collection, id, 1, m))
	}
	if err := s.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

// found asks for the ids of a find.
func found(t *testing.T, s store.Reader, f store.Find) string {
	t.Helper()
	if f.Limit == 0 {
		f.Limit = 99
	}
	docs, err := s.Find(t.Context(), "deal", f)
	if err != nil {
		return err.Error()
	}
	ids := make([]string, len(docs))
	for i, d := range docs {
		ids[i] = d.ID
	}
	return fmt.Sprint(ids)
}

// askAll asks what marks, sort keys and folded texts have a part in.
func askAll(t *testing.T, what string, s store.Reader) {
	t.Helper()
	equal := query.Cmp{Path: nameText, Op: query.Eq, Value: "secret"}
	byName, bySize := []query.SortTerm{{Path: nameOrder}}, []query.SortTerm{{Path: sizePath}}
	for question, c := range map[string]struct {
		find store.Find
		want string
	}{
		"equal":       {store.Find{Where: equal}, "[old1]"},
		"not":         {store.Find{Where: query.Not{X: equal}}, "[new1 new2 old2 old3]"},
		"empty":       {store.Find{Where: query.Cmp{Path: sizePath, Op: query.Empty}}, "[new2 old3]"},
		"present":     {store.Find{Where: query.Cmp{Path: sizePath, Op: query.Present}}, "[new1 old1 old2]"},
		"at least":    {store.Find{Where: query.Cmp{Path: sizePath, Op: query.Ge, Value: 2}}, "[new1 old1]"},
		"starts":      {store.Find{Where: query.Cmp{Path: nameText, Op: query.Starts, Value: "acme"}}, "[new1 old2]"},
		"by name":     {store.Find{Sort: byName}, "[new1 old2 old1 new2 old3]"},
		"by size":     {store.Find{Sort: bySize}, "[old2 new1 old1 new2 old3]"},
		"a name page": {store.Find{Sort: byName, Limit: 2, After: &store.Position{Values: []any{query.SortKey("ACME 1")}, ID: "new1"}}, "[old2 old1]"},
		"a size page": {store.Find{Sort: bySize, Limit: 2, After: &store.Position{Values: []any{3.0}, ID: "old1"}}, "[new2 old3]"},
	} {
		if got := found(t, s, c.find); got != c.want {
			t.Errorf("%s: %s: %s, want %s", what, question, got, c.want)
		}
	}
}

func before() store.Collection {
	return store.Collection{Name: "deal", Kinds: map[string]query.Kind{"name": query.Text}}
}

// after has indexes that need a mark, a sort key and a folded text.
func after() store.Collection {
	c := before()
	c.Indexes = []store.Index{{Name: "name", Keys: []store.IndexKey{{Path: nameOrder}}}, {Name: "size", Keys: []store.IndexKey{{Path: sizePath}}},
		{Name: "starts", Keys: []store.IndexKey{{Path: nameText, Folded: true}}}}
	return c
}

var oldDeals = map[string]string{"old1": `,"name":"secret","size":3`, "old2": `,"name":"ＡＣＭＥ 2","size":1`, "old3": ""}

// redefined waits until a process writes by a definition with indexes.
func redefined(t *testing.T, s *mongo.Store) {
	t.Helper()
	eventually(t, "the definition in the other process", slowTimeout, func() bool {
		all, err := s.Describe(t.Context())
		return err == nil && len(all) == 1 && len(all[0].Indexes) > 0
	})
}

// TestReadersDuringABackfill: until all documents have what new indexes need,
// nobody relies on it, in the process that gives it to them, in another one and
// in one that only now comes.
func TestReadersDuringABackfill(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	stores := twoOf(t, uri, before())
	insertAll(t, stores[0], "deal", oldDeals)
	reached, release := blockNextStep(stores[0], nil)
	_, releaseOther := blockNextStep(stores[1], nil)
	done := make(chan error, 1)
	go func() { done <- stores[0].Ensure(t.Context(), []store.Collection{after()}) }()
	<-reached
	redefined(t, stores[1])
	insertAll(t, stores[0], "deal", map[string]string{"new1": `,"name":"ACME 1","size":2`, "new2": ""})
	late := open(t, uri, mongo.Options{})
	readers := map[string]*mongo.Store{"this process": stores[0], "another": stores[1], "a late one": late}
	for who, s := range readers {
		askAll(t, "before, "+who, s)
	}
	err := stores[0].View(t.Context(), func(r store.Reader) error {
		release()
		releaseOther()
		if err := <-done; err != nil {
			t.Errorf("ensure: %v", err)
		}
		askAll(t, "in a view that began before", r)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	for who, s := range readers {
		askAll(t, "after, "+who, s)
	}
}

// TestAnswersThatMustWait: what cannot be answered right while documents are
// being converted is refused for so long, and only that.
func TestAnswersThatMustWait(t *testing.T) {
	t.Parallel()
	s := open(t, mongotest.URI(t), mongo.Options{})
	at := query.Path{Field: "at", Kind: query.Instant}
	if err := s.Ensure(t.Context(), []store.Collection{{Name: "deal"}}); err != nil {
		t.Fatal(err)
	}
	insertAll(t, s, "deal", map[string]string{"a": `,"name":"ＡＣＭＥ","at":"2026-01-31T08:00:00.123Z","size":1`})
	reached, release := blockNextStep(s, nil)
	done := make(chan error, 1)
	go func() {
		done <- s.Ensure(t.Context(), []store.Collection{{Name: "deal", Kinds: map[string]query.Kind{"name": query.Text, "at": query.Instant}}})
	}()
	<-reached
	waiting := map[string]store.Find{
		"folded text": {Where: query.Cmp{Path: nameText, Op: query.Contains, Value: "acme"}},
		"a moment":    {Where: query.Cmp{Path: at, Op: query.Ge, Value: "2026-01-31T08:00:00.123Z"}},
		"an order":    {Sort: []query.SortTerm{{Path: at}}},
	}
	for what, f := range waiting {
		f.Limit = 9
		if _, err := s.Find(t.Context(), "deal", f); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := found(t, s, store.Find{Where: query.Cmp{Path: sizePath, Op: query.Eq, Value: 1}}); got != "[a]" {
		t.Errorf("another field: %s", got)
	}
	release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for what, f := range waiting {
		if got := found(t, s, f); got != "[a]" {
			t.Errorf("%s, later: %s", what, got)
		}
	}
}

// TestFollowingIsMadeUpFor: what another process could not mend when it heard
// of a definition it mends later.
func TestFollowingIsMadeUpFor(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	one := open(t, uri, mongo.Options{})
	if err := one.Ensure(t.Context(), []store.Collection{before()}); err != nil {
		t.Fatal(err)
	}
	other := open(t, uri, mongo.Options{})
	reached, release := blockNextStep(other, errors.New("cut off"))
	insertAll(t, one, "deal", oldDeals)
	if err := one.Ensure(t.Context(), []store.Collection{after()}); err != nil {
		t.Fatal(err)
	}
	<-reached
	deals := database(t, uri).Collection("deal")
	if _, err := deals.InsertOne(t.Context(), bson.D{{Key: "_id", Value: "by the older definition"}, {Key: "rev", Value: int64(1)}}); err != nil {
		t.Fatal(err)
	}
	release()
	eventually(t, "the mark of what was written meanwhile", slowTimeout, func() bool {
		n, err := deals.CountDocuments(t.Context(), bson.D{{Key: "_id", Value: "by the older definition"}, {Key: "_unset.size", Value: true}})
		return err == nil && n == 1
	})
}
