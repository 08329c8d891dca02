package builder

import (
	"bytes"
	"encoding/json"
	"fmt"

	"weft/runtime/model"
	"weft/runtime/store"
)

// Collections of this room, beside model.VersionCollection: what was published
// when by whom.
const (
	definitionCollection = "weft_definition"  // the definitions of a version; id: that of its version
	draftCollection      = "weft_draft"       // id: name
	packageCollection    = "weft_package"     // installed packages; id: key
	withheldCollection   = "weft_unconfirmed" // what packages brought and nobody confirmed; id: kind/key
)

// Collections lists the collections of this room.
func Collections() []store.Collection {
	var list []store.Collection
	for _, name := range []string{model.VersionCollection, definitionCollection, draftCollection, packageCollection, withheldCollection} {
		version := name == model.VersionCollection
		list = append(list, store.Collection{Name: name, Unwatched: !version, ExpectAbsent: version})
	}
	return list
}

// doc makes a stored document of v, whose JSON must hold id and rev.
func doc(id string, rev int64, v any) (store.Doc, error) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return store.Doc{}, fmt.Errorf("builder: %s: %w", id, err)
	}
	return store.Doc{ID: id, Rev: rev, Body: bytes.TrimSuffix(body.Bytes(), []byte("\n"))}, nil
}

// read decodes a stored document; amounts in samples stay exact.
func read[T any](d store.Doc) (T, error) {
	var v T
	dec := json.NewDecoder(bytes.NewReader(d.Body))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return v, fmt.Errorf("builder: stored document %s: %w", d.ID, err)
	}
	return v, nil
}
