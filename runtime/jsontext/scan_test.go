package jsontext_test

import (
	"encoding/json"
	"testing"

	"weft/runtime/jsontext"
)

func TestMembersAreFoundAsTheyStand(t *testing.T) {
	t.Parallel()
	const body = ` {"id":"a\"b", "n" : -1.50e3 ,"list":[{"x":"}]"},[]],"o":{"k":{}},"t":true,"u":null,"":1} `
	for key, want := range map[string]string{
		"id": `"a\"b"`, "n": "-1.50e3", "list": `[{"x":"}]"},[]]`, "o": `{"k":{}}`, "t": "true", "u": "null", "": "1", "x": "", "k": "",
	} {
		if have := string(jsontext.Member([]byte(body), key)); have != want {
			t.Errorf("%s: %s, want %s", key, have, want)
		}
	}
	if have := jsontext.TextMember([]byte(body), "id"); have != `a"b` {
		t.Errorf("id: %s", have)
	}
	if have := jsontext.TextMember([]byte(body), "n"); have != "" {
		t.Errorf("a number is no text: %s", have)
	}
}

// Every object that encoding/json reads is walked over to its end, and what is
// no object fails instead of ending early.
func FuzzScan(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":1}`, `{"a":{"b":[1,"}"]},"c":""}`, `[]`, `{"a"`, `{"a":1,}`, `null`, ` { "a" : 1 } `} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := jsontext.Scan(body)
		n := 0
		for s.Next() {
			_, _ = s.Key(), s.Value()
			n++
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(body, &object) == nil && object != nil && (s.Failed || n < len(object)) {
			t.Errorf("%q: %d of %d members, failed %t", body, n, len(object), s.Failed)
		}
	})
}
