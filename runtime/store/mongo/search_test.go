package mongo

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/mongo/mongotest"

	"go.mongodb.org/mongo-driver/bson"
)

// searchOf is the filter of a search in two fields.
func searchOf(t *testing.T, text string) (*renderer, bson.D) {
	t.Helper()
	r := testRenderer(t)
	var all query.All
	for _, w := range query.Words(text) {
		all = append(all, query.Any{compare(testName, query.Match, w), compare(testCode, query.Match, w)})
	}
	filter := r.match(all)
	if r.err != nil {
		t.Fatal(r.err)
	}
	return r, filter
}

// wordsBound tells whether the index of words alone finds all that a filter
// can match: each alternative asks for one word or a range of them.
func wordsBound(filter bson.D) bool {
	for _, e := range filter {
		parts, _ := e.Value.(bson.A)
		switch e.Key {
		case memberWords:
			return true
		case "$and":
			for _, part := range parts {
				if wordsBound(part.(bson.D)) {
					return true
				}
			}
		case "$or":
			for _, part := range parts {
				if !wordsBound(part.(bson.D)) {
					return false
				}
			}
			return len(parts) > 0
		}
	}
	return false
}

// TestSearchIsServed: no search looks at all documents, one of two Han neither.
// A mongod is asked whether it sees it so.
func TestSearchIsServed(t *testing.T) {
	t.Parallel()
	texts := []string{"浦", "浦东", "浦东发展", "bank", "浦东 bank 2026", "ＢＡ", "\U0010FFFF a"}
	for _, text := range texts {
		if _, filter := searchOf(t, text); !wordsBound(filter) {
			t.Errorf("a search for %s reads all documents: %v", text, filter)
		}
	}
	if mongotest.Real(t) {
		explainSearches(t, texts)
	}
}

func explainSearches(t *testing.T, texts []string) {
	t.Helper()
	s, err := Open(t.Context(), mongotest.URI(t), Options{UnresponsiveTimeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // nothing to save
	r := testRenderer(t)
	if err := s.Ensure(t.Context(), []store.Collection{r.k.Collection}); err != nil {
		t.Fatal(err)
	}
	b := &store.Batch{}
	for i := range 500 {
		name := fmt.Sprintf("上海浦东发展银行 %d", i)
		body, err := json.Marshal(map[string]any{"id": fmt.Sprint(i), "rev": 1, "name": name})
		if err != nil {
			t.Fatal(err)
		}
		d := store.Doc{ID: fmt.Sprint(i), Rev: 1, Body: body}
		for _, token := range query.Tokens(name) {
			d.Tokens = append(d.Tokens, store.Token{Field: "name", Text: token})
		}
		b.Ops = append(b.Ops, store.Op{Kind: store.Insert, Collection: r.k.Name, Doc: d})
	}
	if err := s.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		_, filter := searchOf(t, text)
		won, _ := explained(t, s, bson.D{{Key: "find", Value: r.k.Name}, {Key: "filter", Value: filter}})
		if won.stages["COLLSCAN"] || !won.names[wordsIndex().name] {
			t.Errorf("a search for %s is run by %v with %v", text, won.stages, won.names)
		}
	}
}
