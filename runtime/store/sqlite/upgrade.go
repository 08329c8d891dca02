package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"weft/runtime/query"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// upgradeRows is how many documents are rewritten between two checks of ctx.
const upgradeRows = 1000

// upgradeText derives sort keys, search words and indexes again when the file was
// written by an older weft with another folding or collation. It is one commit:
// after an interruption the next start repeats it.
func (s *Store) upgradeText(ctx context.Context, c *conn) error {
	format, err := c.number("SELECT value FROM weft_state WHERE key=?", stateText)
	switch {
	case err != nil || format == textFormat:
		return err
	case format > textFormat:
		return fmt.Errorf("%w: text format %d, this program knows %d", store.ErrTooNew, format, textFormat)
	}
	if err := s.catalog.load(c); err != nil {
		return err
	}
	s.log.Info("upgrading sort keys and search words", "from", format, "to", textFormat)
	return c.inTransaction(func() error {
		for _, name := range s.catalog.names() {
			k, err := s.catalog.get(name)
			if err != nil {
				return err
			}
			if err := s.rederive(ctx, c, k); err != nil {
				return fmt.Errorf("sqlite: upgrade of %s: %w", name, err)
			}
		}
		return c.exec("UPDATE weft_state SET value=? WHERE key=?", textFormat, stateText)
	})
}

// rederive rewrites one collection. Indexes are dropped first: their entries were
// computed by older functions.
func (s *Store) rederive(ctx context.Context, c *conn, k *collection) error {
	have, err := c.indexesOf(k)
	if err != nil {
		return err
	}
	for name := range have {
		if err := c.once("DROP INDEX " + quote(name)); err != nil {
			return err
		}
	}
	if err := c.once("DELETE FROM " + k.words); err != nil {
		return err
	}
	for last := int64(0); last >= 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if last, err = s.rederiveSome(c, k, last); err != nil {
			return err
		}
	}
	for _, i := range k.indexes {
		if err := c.once(i.sql); err != nil {
			return err
		}
	}
	return nil
}

// rederiveSome rewrites the documents after number last and returns the number of
// the last one rewritten, -1 at the end.
func (s *Store) rederiveSome(c *conn, k *collection, last int64) (int64, error) {
	t := &tx{s: s, c: c}
	type keys struct {
		seq  int64
		sort string
	}
	var rewritten []keys
	next := int64(-1)
	err := c.each("SELECT seq, body, sort, tokens FROM "+k.table+" WHERE seq>? AND (sort IS NOT NULL OR tokens IS NOT NULL) ORDER BY seq LIMIT ?",
		[]any{last, upgradeRows}, func(row *sqlite3.Stmt) error {
			next = row.ColumnInt64(0)
			sort, tokens, err := derive(columnBytes(row, 1), row.ColumnText(2), row.ColumnText(3))
			rewritten = append(rewritten, keys{next, sort})
			t.changes = append(t.changes, change{coll: k, seq: next, has: tokens})
			return err
		})
	if err != nil {
		return 0, err
	}
	for i, r := range rewritten {
		err := c.exec("UPDATE "+k.table+" SET sort=?, tokens=? WHERE seq=?", optional(r.sort), optional(t.changes[i].has), r.seq)
		if err != nil {
			return 0, err
		}
	}
	return next, t.writeWords()
}

func optional(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// derive computes sort keys and tokens of the fields that had some.
func derive(body []byte, oldSort, oldTokens string) (sort, tokens string, err error) {
	var doc map[string]any
	if err := json.Unmarshal(body, &doc); err != nil {
		return "", "", err
	}
	keys := map[string]string{}
	if oldSort != "" {
		if err := json.Unmarshal([]byte(oldSort), &keys); err != nil {
			return "", "", err
		}
		for field := range keys {
			text, _ := doc[field].(string)
			keys[field] = query.SortKey(text)
		}
		data, err := json.Marshal(keys)
		if err != nil {
			return "", "", err
		}
		sort = string(data)
	}
	var list []store.Token
	done := map[string]bool{}
	for old := range strings.SplitSeq(oldTokens, "\x1e") {
		field, _, ok := strings.Cut(old, "\x1f")
		if !ok || done[field] {
			continue
		}
		done[field] = true
		text, _ := doc[field].(string)
		for _, word := range query.Tokens(text) {
			list = append(list, store.Token{Field: field, Text: word})
		}
	}
	tokens, err = encodeTokens(list)
	return sort, tokens, err
}
