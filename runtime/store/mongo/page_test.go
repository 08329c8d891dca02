package mongo_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
)

// TestLargePage reads a page that no single answer of the database can hold.
func TestLargePage(t *testing.T) {
	t.Parallel()
	s := open(t, mongotest.URI(t), mongo.Options{})
	must(t, s.Ensure(t.Context(), []store.Collection{{Name: "letter", Kinds: map[string]query.Kind{"n": query.Number}}}))
	const letters = 19
	text := strings.Repeat("长", 330_000)
	for i := range letters {
		body, err := json.Marshal(map[string]any{"id": fmt.Sprintf("l%02d", i), "rev": 1, "n": -i, "text": text})
		must(t, err)
		must(t, s.Commit(t.Context(), &store.Batch{Ops: []store.Op{{Kind: store.Insert, Collection: "letter",
			Doc: store.Doc{ID: fmt.Sprintf("l%02d", i), Rev: 1, Body: body}}}}))
	}
	for _, terms := range [][]query.SortTerm{nil, {{Path: query.Path{Field: "n", Kind: query.Number}}}} {
		docs, err := s.Find(t.Context(), "letter", store.Find{Limit: 1000, Sort: terms})
		must(t, err)
		if len(docs) != letters || len(docs[0].Body) < len(text) {
			t.Fatalf("%d letters, the first of %d bytes", len(docs), len(docs[0].Body))
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
