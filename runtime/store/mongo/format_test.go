package mongo_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"
)

// database is what a person with mongosh sees.
func database(t *testing.T, uri string) *driver.Database {
	t.Helper()
	address, err := connstring.ParseAndValidate(uri)
	if err != nil {
		t.Fatal(err)
	}
	c, err := driver.Connect(t.Context(), options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Disconnect(context.Background()); err != nil {
			t.Errorf("disconnect: %v", err)
		}
	})
	return c.Database(address.Database)
}

func updateOne(t *testing.T, c *driver.Collection, id string, update bson.D) {
	t.Helper()
	r, err := c.UpdateOne(t.Context(), bson.D{{Key: "_id", Value: id}}, update)
	if err != nil || r.MatchedCount != 1 {
		t.Fatalf("%s: %+v %v", id, r, err)
	}
}

func TestRefusesWhatANewerWeftWrote(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	open(t, uri, mongo.Options{})
	for _, member := range []string{"text", "document"} {
		updateOne(t, database(t, uri).Collection("weft_format"), "weft", bson.D{{Key: "$set", Value: bson.D{{Key: member, Value: 99}}}})
		if _, err := mongo.Open(t.Context(), uri, mongo.Options{UnresponsiveTimeout: slowTimeout}); !errors.Is(err, store.ErrTooNew) {
			t.Errorf("%s format 99: %v", member, err)
		}
	}
}

// TestOlderTextsAreDerivedAnew opens what a weft with another collation wrote.
func TestOlderTextsAreDerivedAnew(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	s := open(t, uri, mongo.Options{})
	name := query.Path{Field: "name", Kind: query.Text, SortKey: true}
	def := store.Collection{Name: "deal", Searchable: true, Kinds: map[string]query.Kind{"name": query.Text},
		Indexes: []store.Index{{Name: "name", Keys: []store.IndexKey{{Path: name}}}}}
	if err := s.Ensure(t.Context(), []store.Collection{def}); err != nil {
		t.Fatal(err)
	}
	b := &store.Batch{}
	for id, text := range map[string]string{"a": "王 ABC", "b": "阿"} {
		o := op(store.Insert, "deal", id, 1, `,"name":"`+text+`"`)
		o.Doc.Sort = map[string]string{"name": query.SortKey(text)}
		for _, w := range query.Tokens(text) {
			o.Doc.Tokens = append(o.Doc.Tokens, store.Token{Field: "name", Text: w})
		}
		b.Ops = append(b.Ops, o)
	}
	if err := s.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	db := database(t, uri)
	before, err := db.Collection("deal").FindOne(t.Context(), bson.D{{Key: "_id", Value: "a"}}).Raw()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		updateOne(t, db.Collection("deal"), id, bson.D{{Key: "$set", Value: bson.D{{Key: "_sort.name", Value: id}, {Key: "_words", Value: bson.A{"name old"}}}}, {Key: "$unset", Value: bson.D{{Key: "_fold", Value: ""}}}})
	}
	updateOne(t, db.Collection("weft_format"), "weft", bson.D{{Key: "$set", Value: bson.D{{Key: "text", Value: 0}}}})
	again := open(t, uri, mongo.Options{})
	after, err := db.Collection("deal").FindOne(t.Context(), bson.D{{Key: "_id", Value: "a"}}).Raw()
	if err != nil {
		t.Fatal(err)
	}
	for _, member := range []string{"_sort", "_fold", "_words", "rev"} {
		if before.Lookup(member).String() != after.Lookup(member).String() {
			t.Errorf("%s: was %s, is %s", member, before.Lookup(member), after.Lookup(member))
		}
	}
	docs, err := again.Find(t.Context(), "deal", store.Find{Sort: []query.SortTerm{{Path: name}}, Limit: 9})
	if err != nil || len(docs) != 2 || docs[0].ID != "b" {
		t.Errorf("by name: %v %v", docs, err)
	}
}

// TestIndexesOfAPersonStay: Ensure drops what an earlier one made, and nothing else.
func TestIndexesOfAPersonStay(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	s := open(t, uri, mongo.Options{})
	def := store.Collection{Name: "deal", Indexes: []store.Index{
		{Name: "a_very_long_name_of_an_index_that_somebody_chose_without_thought_of_limits", Keys: []store.IndexKey{{Path: keyPath("stage")}}},
		{Name: "seldom", Sparse: true, Keys: []store.IndexKey{{Path: keyPath("owner")}}},
	}}
	if err := s.Ensure(t.Context(), []store.Collection{def}); err != nil {
		t.Fatal(err)
	}
	c := database(t, uri).Collection("deal")
	if _, err := c.Indexes().CreateOne(t.Context(), driver.IndexModel{Keys: bson.D{{Key: "mine", Value: 1}}, Options: options.Index().SetName("mine")}); err != nil {
		t.Fatal(err)
	}
	if err := s.Ensure(t.Context(), []store.Collection{{Name: "deal", Indexes: def.Indexes[1:]}}); err != nil {
		t.Fatal(err)
	}
	specs, err := c.Indexes().ListSpecifications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{}
	for _, spec := range specs {
		name, _, _ := strings.Cut(spec.Name, "_seldom_")
		left[name] = true
	}
	if len(left) != 3 || !left["_id_"] || !left["mine"] || !left["weft"] {
		t.Errorf("indexes left: %v", specs)
	}
	if len(s.PendingIndexes()) != 0 {
		t.Errorf("still building: %v", s.PendingIndexes())
	}
}
