package mongo

import (
	"slices"
	"strconv"
	"strings"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/x/bsonx/bsoncore"
)

// derived is a text that is derived from the value of a field.
type derived struct{ field, text string }

func (e *encoder) appendSort(sort map[string]string) {
	for field, key := range sort {
		if key != "" {
			e.sorts = append(e.sorts, derived{field, key})
		}
	}
	slices.SortFunc(e.sorts, func(a, b derived) int { return strings.Compare(a.field, b.field) })
	e.appendTexts(memberSort, e.sorts)
}

func (e *encoder) appendTexts(name string, list []derived) {
	if len(list) == 0 {
		return
	}
	at, out := bsoncore.AppendDocumentElementStart(e.out, name)
	for _, d := range list {
		out = bsoncore.AppendStringElement(out, d.field, d.text)
	}
	e.out = out
	e.close(at)
}

func (e *encoder) appendUnset(c *collection) {
	if !slices.Contains(e.set, false) {
		return
	}
	at, out := bsoncore.AppendDocumentElementStart(e.out, memberUnset)
	for i, has := range e.set {
		if !has {
			out = bsoncore.AppendBooleanElement(out, c.unset[i], true)
		}
	}
	e.out = out
	e.close(at)
}

func (e *encoder) appendWords(tokens []store.Token) {
	if len(tokens) == 0 {
		return
	}
	at, out := bsoncore.AppendArrayElementStart(e.out, memberWords)
	for i, t := range tokens {
		out = append(out, byte(bson.TypeString))
		out = append(strconv.AppendInt(out, int64(i), 10), 0)
		out = appendLength(out, int32(len(t.Field)+len(t.Text)+2))
		out = append(append(append(append(out, t.Field...), ' '), t.Text...), 0)
	}
	e.out = out
	e.close(at)
}
