package schemas

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

//go:embed descriptions.json
var descriptionText []byte

// description is what a member of a meta-schema is for.
type description struct {
	ZH string `json:"zh-CN"`
	EN string `json:"en"`
}

// descriptions are those of each document by the name of the member, led by
// the name of its $defs where it stands in one ("choice/key"); "*" holds those
// of members that mean the same everywhere. They are kept apart from the
// meta-schemas so that both languages can be read and written side by side.
var descriptions = func() map[string]map[string]description {
	var all map[string]map[string]description
	if err := json.Unmarshal(descriptionText, &all); err != nil {
		panic(fmt.Sprintf("schemas: descriptions.json: %v", err))
	}
	return all
}()

// described adds description (en) and x-description (both languages) to each
// member of a meta-schema. The order of members stays.
func described(name string, schema []byte) []byte {
	w := describer{name: name, dec: json.NewDecoder(bytes.NewReader(schema)), at: map[int64]string{}}
	w.value(nil)
	var out bytes.Buffer
	last := int64(0)
	for _, offset := range slices.Sorted(maps.Keys(w.at)) {
		out.Write(schema[last:offset])
		out.WriteString(w.at[offset])
		last = offset
	}
	out.Write(schema[last:])
	return out.Bytes()
}

// describer walks over a schema and notes what belongs after which offset.
type describer struct {
	name string
	dec  *json.Decoder
	at   map[int64]string
}

// value reads one value; path are the names of the members that lead to it.
func (w *describer) value(path []string) {
	t, err := w.dec.Token()
	if err != nil {
		panic(fmt.Sprintf("schemas: %s: %v", w.name, err))
	}
	switch t {
	case json.Delim('{'):
		w.note(path)
		for w.dec.More() {
			key, _ := w.dec.Token()
			name, _ := key.(string)
			w.value(append(path[:len(path):len(path)], name))
		}
		_, _ = w.dec.Token()
	case json.Delim('['):
		for w.dec.More() {
			w.value(append(path[:len(path):len(path)], "[]"))
		}
		_, _ = w.dec.Token()
	}
}

func (w *describer) note(path []string) {
	member := describedMember(path)
	if member == "" {
		return
	}
	d, ok := lookupDescription(w.name, member)
	if !ok {
		return // a test finds what is missing
	}
	both, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	en, _ := json.Marshal(d.EN)
	more := ""
	if w.dec.More() {
		more = ","
	}
	w.at[w.dec.InputOffset()] = fmt.Sprintf(` "description": %s, "x-description": %s%s`, en, both, more)
}

// describedMember is the name under which a place of a schema is described: a
// member of properties of the document, or of one of its $defs.
func describedMember(path []string) string {
	switch {
	case len(path) == 2 && path[0] == "properties":
		return path[1]
	case len(path) == 4 && path[0] == "$defs" && path[2] == "properties":
		return path[1] + "/" + path[3]
	case len(path) == 5 && path[0] == "$defs" && path[2] == "then" && path[3] == "properties":
		return path[1] + "/" + path[4]
	}
	return ""
}

// lookupDescription finds the description of a member of a document.
func lookupDescription(document, member string) (description, bool) {
	if d, ok := descriptions[document][member]; ok {
		return d, true
	}
	_, last, inDefs := strings.Cut(member, "/")
	if !inDefs {
		last = member
	}
	d, ok := descriptions["*"][last]
	return d, ok
}
