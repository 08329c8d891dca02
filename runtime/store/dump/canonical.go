package dump

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"weft/runtime/store"
)

// Canonical is a text of the document that is the same in every store: members
// sorted by name, numbers in one spelling, the names of the fields with search
// tokens. Sort keys are left out: a store may have added some for an index.
func Canonical(d store.Doc) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(d.Body))
	dec.UseNumber()
	var body map[string]any
	if err := dec.Decode(&body); err != nil {
		return nil, fmt.Errorf("dump: document %s: %w", d.ID, err)
	}
	canonicalise(body)
	l := lineOf(d)
	text, err := json.Marshal(struct {
		ID    string         `json:"id"`
		Rev   int64          `json:"rev"`
		Words []string       `json:"words,omitempty"`
		Body  map[string]any `json:"body"`
	}{l.ID, l.Rev, l.Words, body})
	if err != nil {
		return nil, fmt.Errorf("dump: document %s: %w", d.ID, err)
	}
	return append(text, '\n'), nil
}

// canonicalise rewrites the numbers inside v.
func canonicalise(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			v[key] = canonicalise(member)
		}
	case []any:
		for i, item := range v {
			v[i] = canonicalise(item)
		}
	case json.Number:
		return canonicalNumber(v)
	}
	return v
}

// canonicalNumber writes 64-bit integers by their digits and everything else as
// a double: 1.50, 15e-1 and 1.5 are one number.
func canonicalNumber(n json.Number) json.Number {
	if i, err := strconv.ParseInt(string(n), 10, 64); err == nil {
		return json.Number(strconv.FormatInt(i, 10))
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || math.IsInf(f, 0) {
		return n
	}
	if f == 0 {
		return "0" // and not "-0"
	}
	return json.Number(strconv.FormatFloat(f, 'f', -1, 64))
}
