package mongo_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
)

// indexOn is an index of keys, "-" for descending.
func indexOn(name string, fields ...string) store.Index {
	i := store.Index{Name: name}
	for _, f := range fields {
		field, desc := strings.CutPrefix(f, "-")
		i.Keys = append(i.Keys, store.IndexKey{Path: keyPath(field), Desc: desc})
	}
	return i
}

func uniqueOn(name string, fields ...string) store.Index {
	i := indexOn(name, fields...)
	i.Unique = true
	return i
}

// indexKeys are the keys of the indexes of a collection that weft made.
func indexKeys(t *testing.T, c *driver.Collection) []string {
	t.Helper()
	specs, err := c.Indexes().ListSpecifications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range specs {
		if strings.HasPrefix(s.Name, "weft_") {
			out = append(out, s.KeysDocument.String())
		}
	}
	slices.Sort(out)
	return out
}

// TestIndexesUnderAnotherName: an index is what it is, whatever it is called. The
// names are those that an entity's definition leads to.
func TestIndexesUnderAnotherName(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	for name, c := range map[string]struct {
		first, then []store.Index
		want        int
	}{
		"no longer marked as indexed":  {[]store.Index{indexOn("by_stage", "stage")}, []store.Index{indexOn("x_stage", "stage")}, 1},
		"the first of two directions":  {[]store.Index{indexOn("x", "stage", "amount"), indexOn("x_2", "stage", "-amount")}, []store.Index{indexOn("x", "stage", "-amount")}, 1},
		"two directions swapped":       {[]store.Index{indexOn("x", "stage", "amount"), indexOn("x_2", "stage", "-amount")}, []store.Index{indexOn("x", "stage", "-amount"), indexOn("x_2", "stage", "amount")}, 2},
		"with and without the id":      {[]store.Index{indexOn("by_stage", "stage"), indexOn("x_stage_id", "stage", "id")}, []store.Index{indexOn("x_stage_id", "stage", "id")}, 1},
		"another name for unique keys": {[]store.Index{uniqueOn("code", "code")}, []store.Index{uniqueOn("number", "code")}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, uri, mongo.Options{})
			collection := "c" + strings.ReplaceAll(name, " ", "_")
			for _, indexes := range [][]store.Index{c.first, c.then} {
				if err := s.Ensure(t.Context(), []store.Collection{{Name: collection, Indexes: indexes}}); err != nil {
					t.Fatal(err)
				}
			}
			if keys := indexKeys(t, database(t, uri).Collection(collection)); len(keys) != c.want {
				t.Errorf("%d indexes, want %d: %v", len(keys), c.want, keys)
			}
			insertAll(t, s, collection, map[string]string{"a": `,"code":"1"`})
			err := s.Commit(t.Context(), &store.Batch{Ops: []store.Op{op(store.Insert, collection, "b", 1, `,"code":"1"`)}})
			var refused *store.UniqueError
			if c.then[0].Unique && (!errors.As(err, &refused) || refused.Index != c.then[0].Name) {
				t.Errorf("a second one of a key: %v", err)
			}
		})
	}
}

// onRecord calls fn for every line of a log.
type onRecord struct {
	slog.Handler
	fn func(line string)
}

func (h onRecord) Handle(_ context.Context, r slog.Record) error {
	h.fn(r.Message)
	return nil
}

// TestBuildsAreTold: while indexes are being built the log and Building tell of it.
func TestBuildsAreTold(t *testing.T) {
	t.Parallel()
	var told []string
	var s *mongo.Store
	log := slog.New(onRecord{slog.NewTextHandler(io.Discard, nil), func(line string) {
		for _, b := range s.PendingIndexes() {
			told = append(told, line+": "+b.Collection+"."+b.Index)
		}
		told = append(told, line)
	}})
	s = open(t, mongotest.URI(t), mongo.Options{Logger: log})
	for _, c := range []store.Collection{before(), after()} {
		if err := s.Ensure(t.Context(), []store.Collection{c}); err != nil {
			t.Fatal(err)
		}
		insertAll(t, s, "deal", map[string]string{"with " + strconv.Itoa(len(c.Indexes)): ""})
	}
	want := []string{"building indexes: deal.name", "building indexes: deal.size", "building indexes: deal.starts", "building indexes", "no longer building indexes"}
	if !slices.Equal(told, want) {
		t.Errorf("told %q", told)
	}
}

// TestIndexesThatHaveNoRoom: old and new ones together may be too many.
func TestIndexesThatHaveNoRoom(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{})
	s := open(t, server.URI, mongo.Options{})
	old, next := store.Collection{Name: "deal", Indexes: []store.Index{indexOn("a", "a")}}, store.Collection{Name: "deal", Indexes: []store.Index{indexOn("b", "b")}}
	if err := s.Ensure(t.Context(), []store.Collection{old}); err != nil {
		t.Fatal(err)
	}
	run := admin(t, server.URI)
	run(failCommand(times(1), bson.D{{Key: "failCommands", Value: bson.A{"createIndexes"}}, {Key: "errorCode", Value: 67}}))
	if err := s.Ensure(t.Context(), []store.Collection{next}); err != nil {
		t.Error(err)
	}
	run(failCommand("off", nil))
	if keys := indexKeys(t, database(t, server.URI).Collection("deal")); len(keys) != 1 || !strings.Contains(keys[0], `"b"`) {
		t.Errorf("indexes %v", keys)
	}
}

// TestIndexesThatAreThereAreAskedFor: the database lists indexes that are still
// being built, so after an Ensure that was cut off one waits for them.
func TestIndexesThatAreThereAreAskedFor(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{})
	s := open(t, server.URI, mongo.Options{})
	if err := s.Ensure(t.Context(), []store.Collection{before()}); err != nil {
		t.Fatal(err)
	}
	insertAll(t, s, "deal", oldDeals)
	s.SetFault(func() error { return errors.New("cut off") })
	if err := s.Ensure(t.Context(), []store.Collection{after()}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("cut off: %v", err)
	}
	s.SetFault(nil)
	run := admin(t, server.URI)
	run(failCommand(times(1), bson.D{{Key: "failCommands", Value: bson.A{"createIndexes"}}, {Key: "errorCode", Value: 2}}))
	if err := s.Ensure(t.Context(), []store.Collection{after()}); err == nil {
		t.Errorf("a build that fails in the end: %v", err)
	}
	askAgain := query.Cmp{Path: nameText, Op: query.Eq, Value: "secret"}
	if got := found(t, s, store.Find{Where: askAgain}); got != "[old1]" {
		t.Errorf("after it: %s", got)
	}
	run(failCommand("off", nil))
	if err := s.Ensure(t.Context(), []store.Collection{after()}); err != nil {
		t.Error(err)
	}
}
