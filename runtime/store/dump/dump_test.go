package dump_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/dump"
)

func document(body string) store.Doc {
	return store.Doc{ID: "a", Rev: 3, Body: json.RawMessage(body)}
}

func TestALineKeepsTheDocument(t *testing.T) {
	t.Parallel()
	d := document(`{"id":"a","rev":3,"name":"ACME 一号 <b>","z":1,"amount":"10000000000000125000","tags":["x"],"place":{"lng":1.5,"lat":2}}`)
	d.Sort = map[string]string{"name": query.SortKey("ACME 一号 <b>")}
	for _, w := range query.Tokens("ACME 一号 <b>") {
		d.Tokens = append(d.Tokens, store.Token{Field: "name", Text: w})
	}
	text, err := dump.AppendLine(nil, d)
	if err != nil || strings.Count(string(text), "\n") != 1 {
		t.Fatalf("%q, %v", text, err)
	}
	back, err := dump.ParseLine(text)
	if err != nil {
		t.Fatal(err)
	}
	var was, is map[string]any
	if json.Unmarshal(d.Body, &was) != nil || json.Unmarshal(back.Body, &is) != nil || !reflect.DeepEqual(was, is) {
		t.Errorf("the body %s came back as %s", d.Body, back.Body)
	}
	if !strings.HasPrefix(string(back.Body), `{"id":"a","rev":3,"name"`) {
		t.Errorf("the members lost their order: %s", back.Body)
	}
	back.Body = d.Body
	if !reflect.DeepEqual(back, d) {
		t.Errorf("got %+v, was %+v", back, d)
	}
}

func TestInvalidLinesAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "x", "{}", `{"id":"a"}`, `{"id":"a","body":[1]}`, `{"id":"","body":{}}`, `{"id":"a","body":{},"evil":1}`, `{"id":"a","rev":"1","body":{}}`,
		`{"id":"a","words":["x","x"],"body":{"x":"y"}}`, `{"id":"a","words":["y","x"],"body":{"x":"y"}}`} {
		if d, err := dump.ParseLine([]byte(text)); err == nil {
			t.Errorf("%q is read as %+v", text, d)
		}
	}
}

// Stores spell numbers and order members differently; equal documents have equal
// texts all the same, and different documents never do.
func TestCanonicalTextsAreEqualForEqualDocuments(t *testing.T) {
	t.Parallel()
	text := func(d store.Doc) string {
		b, err := dump.Canonical(d)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	base := `{"a":1.5,"b":1000,"c":0,"d":9007199254740993,"e":{"x":[1,"甲<"]}}`
	for _, same := range []string{
		`{"b":1e3,"a":15e-1,"c":-0.0,"d":9007199254740993,"e":{"x":[1.0,"\u7532\u003c"]}}`,
		`{ "a": 1.50, "b": 1000.0, "c": -0, "d": 9007199254740993, "e": {"x": [1, "甲<"]} }`,
	} {
		if text(document(base)) != text(document(same)) {
			t.Errorf("%s and %s differ", base, same)
		}
	}
	seen := map[string]string{}
	for _, other := range []string{
		base, `{"a":"1.5"}`, `{"a":1.5}`, `{"a":null}`, `{}`, `{"a":9007199254740993}`, `{"a":9007199254740992}`, `{"a":[1,2]}`, `{"a":[2,1]}`, `{"a":true}`,
	} {
		key := text(document(other))
		if seen[key] != "" {
			t.Errorf("%s is equal to %s", other, seen[key])
		}
		seen[key] = other
	}
	searchable, sorted := document(base), document(base)
	searchable.Tokens = []store.Token{{Field: "a", Text: "k"}}
	if text(searchable) == text(document(base)) {
		t.Error("missing tokens make no difference")
	}
	sorted.Sort = map[string]string{"a": "k"}
	if text(sorted) != text(document(base)) {
		t.Error("a sort key that a store added makes a difference")
	}
}
