// Package dump reads and writes whole stores in a form that does not depend on
// the adapter: a line of JSON for each document, and a checksum for each
// collection that is equal in every store with the same documents.
package dump

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"weft/runtime/query"
	"weft/runtime/store"
)

// line is a document in a dump. Sort keys and search tokens are derived again
// from their texts when it is read, so that a dump is small and does not depend
// on how a version of weft makes them.
type line struct {
	ID  string `json:"id"`
	Rev int64  `json:"rev"`
	// Sort and Words name the fields that carry a sort key or tokens.
	Sort  []string        `json:"sort,omitempty"`
	Words []string        `json:"words,omitempty"`
	Body  json.RawMessage `json:"body"`
}

func lineOf(d store.Doc) line {
	l := line{ID: d.ID, Rev: d.Rev, Body: d.Body}
	if len(d.Sort) > 0 {
		l.Sort = slices.Sorted(maps.Keys(d.Sort))
	}
	for _, t := range d.Tokens {
		if !slices.Contains(l.Words, t.Field) {
			l.Words = append(l.Words, t.Field)
		}
	}
	slices.Sort(l.Words)
	return l
}

// AppendLine appends the document to b as one line, including the line break.
// The members of the body keep their order.
func AppendLine(b []byte, d store.Doc) ([]byte, error) {
	out := bytes.NewBuffer(b)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(lineOf(d)); err != nil {
		return b, fmt.Errorf("dump: document %s: %w", d.ID, err)
	}
	return out.Bytes(), nil
}

// ParseLine reads a line of AppendLine and derives sort keys and tokens.
func ParseLine(text []byte) (store.Doc, error) {
	var l line
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l); err != nil {
		return store.Doc{}, fmt.Errorf("dump: a line is not a document: %w", err)
	}
	if l.ID == "" || len(l.Body) == 0 || l.Body[0] != '{' {
		return store.Doc{}, fmt.Errorf("dump: the document %q has no id or no body", l.ID)
	}
	d := store.Doc{ID: l.ID, Rev: l.Rev, Body: l.Body}
	if len(l.Sort)+len(l.Words) == 0 {
		return d, nil
	}
	var body map[string]json.RawMessage
	if err := json.Unmarshal(l.Body, &body); err != nil {
		return store.Doc{}, fmt.Errorf("dump: document %s: %w", l.ID, err)
	}
	if len(l.Sort) > 0 {
		d.Sort = make(map[string]string, len(l.Sort))
	}
	for _, field := range l.Sort {
		d.Sort[field] = query.SortKey(textOf(body[field]))
	}
	if !slices.IsSorted(l.Words) || len(slices.Compact(slices.Clone(l.Words))) < len(l.Words) {
		return store.Doc{}, fmt.Errorf("dump: document %s names searchable fields twice or out of order", l.ID)
	}
	for _, field := range l.Words {
		for _, word := range query.Tokens(textOf(body[field])) {
			d.Tokens = append(d.Tokens, store.Token{Field: field, Text: word})
		}
	}
	return d, nil
}

// textOf decodes a string; anything else gives "".
func textOf(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// Sizes of a page in documents; it is chosen so that a page has about pageBytes.
const (
	firstPage    = 250
	smallestPage = 25
	largestPage  = 4000
	pageBytes    = 8 << 20
)

// Each calls fn with the documents of a collection whose ids follow after (""
// starts at the beginning), page by page in the order of their ids. A page is
// never empty.
func Each(ctx context.Context, from store.FullReader, collection, after string, fn func([]store.Doc) error) error {
	for page := firstPage; ; {
		docs, err := from.ReadFull(ctx, collection, after, page)
		if err != nil {
			return fmt.Errorf("read %s: %w", collection, err)
		}
		if len(docs) == 0 {
			return nil
		}
		if err := fn(docs); err != nil {
			return err
		}
		if len(docs) < page {
			return nil
		}
		after = docs[len(docs)-1].ID
		page = nextPage(docs)
	}
}

// nextPage estimates from these documents how many to read next.
func nextPage(docs []store.Doc) int {
	size := 0
	for _, d := range docs {
		size += len(d.Body) + tokenBytes*len(d.Tokens)
	}
	return min(max(pageBytes/(1+size/len(docs)), smallestPage), largestPage)
}

// tokenBytes is the approximate size of a search token in memory.
const tokenBytes = 48
