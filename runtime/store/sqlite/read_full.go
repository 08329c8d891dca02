package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// Describe returns the collections as the last Ensure of each left them, by name.
func (s *Store) Describe(context.Context) ([]store.Collection, error) {
	all := s.catalog.all()
	list := make([]store.Collection, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[name].Collection)
	}
	return list, nil
}

// ReadFull returns up to limit documents whose ids follow after, in the order of
// their ids, with sort keys and tokens.
func (s *Store) ReadFull(ctx context.Context, collection, after string, limit int) (docs []store.Doc, err error) {
	err = s.read(ctx, func(q *reader) error { docs, err = q.ReadFull(ctx, collection, after, limit); return err })
	return docs, err
}

// ReadFull is Store.ReadFull on the snapshot of a View.
func (q *reader) ReadFull(ctx context.Context, collection, after string, limit int) ([]store.Doc, error) {
	k, err := q.s.catalog.get(collection)
	if err != nil {
		return nil, err
	}
	var docs []store.Doc
	err = q.interruptible(ctx, func() error {
		docs, err = q.readFull(k, after, limit)
		return err
	})
	return docs, err
}

func (q *reader) readFull(k *collection, after string, limit int) ([]store.Doc, error) {
	var docs []store.Doc
	sql := "SELECT id, rev, body, sort, tokens FROM " + k.table + " WHERE id>? ORDER BY id LIMIT ?"
	err := q.c.each(sql, []any{after, limit}, func(row *sqlite3.Stmt) error {
		d := store.Doc{ID: row.ColumnText(0), Rev: row.ColumnInt64(1), Body: columnBytes(row, 2), Tokens: decodeTokens(row.ColumnText(4))}
		if sort := row.ColumnText(3); sort != "" {
			if err := json.Unmarshal([]byte(sort), &d.Sort); err != nil {
				return fmt.Errorf("sqlite: sort keys of %s/%s: %w", k.Name, d.ID, err)
			}
		}
		docs = append(docs, d)
		return nil
	})
	return docs, err
}

// decodeTokens reverses encodeTokens.
func decodeTokens(text string) []store.Token {
	if text == "" {
		return nil
	}
	tokens := make([]store.Token, 0, strings.Count(text, "\x1e"))
	for part := range strings.SplitSeq(text, "\x1e") {
		if field, word, ok := strings.Cut(part, "\x1f"); ok {
			tokens = append(tokens, store.Token{Field: field, Text: word})
		}
	}
	return tokens
}
