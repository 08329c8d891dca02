package mongo_test

import (
	"fmt"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
)

// TestDocumentsOfAPerson: one without a text as its _id hinders neither lists,
// whose pages are as full as without it, nor watchers.
func TestDocumentsOfAPerson(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	s := open(t, uri, mongo.Options{})
	if err := s.Ensure(t.Context(), []store.Collection{after()}); err != nil {
		t.Fatal(err)
	}
	events, err := s.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	strange := bson.D{{Key: "_id", Value: primitive.NewObjectID()}, {Key: "name", Value: "b"}, {Key: "size", Value: 2}, {Key: "_sort", Value: bson.D{{Key: "name", Value: query.SortKey("b")}}}}
	if _, err := database(t, uri).Collection("deal").InsertOne(t.Context(), strange); err != nil {
		t.Fatal(err)
	}
	insertAll(t, s, "deal", map[string]string{"x1": `,"name":"a","size":1`, "x2": `,"name":"c","size":3`})
	heard := map[string]bool{}
	for range 2 {
		e := <-events
		heard[e.Doc.ID] = true
	}
	if !heard["x1"] || !heard["x2"] {
		t.Errorf("heard %v", heard)
	}
	unkept := query.Path{Field: "size", Kind: query.Number, Visible: query.Cmp{Path: nameText, Op: query.Present}}
	for name, sort := range map[string][]query.SortTerm{
		"by id": nil, "by name": {{Path: nameOrder}}, "by size": {{Path: sizePath}}, "by what some rows show": {{Path: unkept}},
	} {
		if got := found(t, s, store.Find{Sort: sort, Limit: 2}); got != "[x1 x2]" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if err := s.View(t.Context(), func(r store.Reader) error {
		if got := found(t, r, store.Find{}); got != "[x1 x2]" {
			return fmt.Errorf("in a view: %s", got)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}
