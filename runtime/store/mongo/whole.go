package mongo

import (
	"context"
	"strings"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// Describe returns the collections as defined by the last Ensure, by name.
func (s *Store) Describe(context.Context) ([]store.Collection, error) {
	list := make([]store.Collection, 0, len(s.catalog.all()))
	for _, name := range s.catalog.names() {
		list = append(list, s.catalog.all()[name].Collection)
	}
	return list, nil
}

// ReadFull returns up to limit documents after an id, in the order of their
// ids, with sort keys and tokens.
func (s *Store) ReadFull(ctx context.Context, collection, after string, limit int) ([]store.Doc, error) {
	return s.reader().ReadFull(ctx, collection, after, limit)
}

// ReadFull on the snapshot of a View.
func (q *reader) ReadFull(ctx context.Context, collection, after string, limit int) (docs []store.Doc, err error) {
	k, err := q.catalog.get(collection)
	if err != nil || limit <= 0 {
		return nil, err
	}
	filter := bson.D{{Key: memberID, Value: bson.D{{Key: "$gt", Value: after}}}}
	o := options.Find().SetSort(bson.D{{Key: memberID, Value: 1}}).SetLimit(int64(limit)).SetBatchSize(int32(limit))
	err = q.forEach(ctx, k, filter, o, func(raw bson.Raw) error {
		d, err := decode(raw)
		if err == nil {
			d.Sort, d.Tokens = decodeSort(raw), decodeTokens(raw)
			docs = append(docs, d)
		}
		return err
	})
	return docs, err
}

func decodeSort(raw bson.Raw) map[string]string {
	inner, ok := raw.Lookup(memberSort).DocumentOK()
	if !ok {
		return nil
	}
	elements, err := inner.Elements()
	if err != nil {
		return nil
	}
	sort := make(map[string]string, len(elements))
	for _, e := range elements {
		if key, ok := e.Value().StringValueOK(); ok {
			sort[e.Key()] = key
		}
	}
	return sort
}

func decodeTokens(raw bson.Raw) []store.Token {
	list, ok := raw.Lookup(memberWords).ArrayOK()
	if !ok {
		return nil
	}
	words, err := list.Values()
	if err != nil {
		return nil
	}
	tokens := make([]store.Token, 0, len(words))
	for _, w := range words {
		word, _ := w.StringValueOK()
		if field, text, ok := strings.Cut(word, " "); ok {
			tokens = append(tokens, store.Token{Field: field, Text: text})
		}
	}
	return tokens
}
