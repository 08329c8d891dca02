package record

import (
	"encoding/json"
	"sort"

	"weft/runtime/jsontext"
	"weft/runtime/model"
	"weft/runtime/record/read"
)

// encodeRecord writes a record in stored form: system fields first, then the
// set fields in the entity's order, but for formulas that use the clock. Keys that the entity does not have (of
// fields removed by a later version) are kept, sorted, so nothing is lost.
func encodeRecord(e *model.Entity, doc map[string]any) json.RawMessage {
	b := make([]byte, 0, 512)
	b = append(b, '{')
	n := 0
	put := func(key string) {
		v, ok := doc[key]
		if !ok || v == nil {
			return
		}
		n++
		b = appendMember(b, key, v)
	}
	for _, k := range read.SystemKeys {
		put(k)
	}
	for _, f := range e.Fields {
		if f.UsesClock {
			continue
		}
		put(f.Key)
		if f.Clock != nil {
			for _, part := range f.StoredKeys()[1:] {
				put(part)
			}
		}
	}
	if n < len(doc) {
		for _, k := range unknownKeys(e, doc) {
			put(k)
		}
	}
	return closeObject(b)
}

func unknownKeys(e *model.Entity, doc map[string]any) []string {
	var stray []string
	for k := range doc {
		if e.ByKey[k] == nil && !model.IsSystem(k) && !e.IsClockPart(k) {
			stray = append(stray, k)
		}
	}
	sort.Strings(stray)
	return stray
}

// The functions that write JSON stand in package jsontext.
func appendMember(b []byte, key string, v any) []byte { return jsontext.AppendMember(b, key, v) }
func appendString(b []byte, s string) []byte          { return jsontext.AppendString(b, s) }
func appendValue(b []byte, v any) []byte              { return jsontext.AppendValue(b, v) }
func closeObject(b []byte) []byte                     { return jsontext.CloseObject(b) }
