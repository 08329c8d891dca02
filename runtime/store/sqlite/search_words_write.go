package sqlite

import (
	"cmp"
	"slices"
	"strings"

	sqlite3 "zombiezen.com/go/sqlite"
)

// wordEdit is a change of the set of documents that contain a token in a field.
type wordEdit struct {
	coll         *collection
	field, token string
	seq          int64
	add          bool
}

func compareWord(a, b wordEdit) int {
	return cmp.Or(strings.Compare(a.coll.Name, b.coll.Name), strings.Compare(a.field, b.field),
		strings.Compare(a.token, b.token), cmp.Compare(a.seq>>blockBits, b.seq>>blockBits))
}

// writeWords updates the inverted index with the changes of the group: each block
// is read and written once.
func (t *tx) writeWords() error {
	var edits []wordEdit
	for i := range t.changes {
		ch := &t.changes[i]
		if ch.had == ch.has {
			continue
		}
		edits = appendEdits(edits, ch, ch.had, false)
		edits = appendEdits(edits, ch, ch.has, true)
	}
	// Stable, because the removals and additions of one document must stay in order.
	slices.SortStableFunc(edits, compareWord)
	for len(edits) > 0 {
		n := 1
		for n < len(edits) && compareWord(edits[0], edits[n]) == 0 {
			n++
		}
		if err := t.writeWord(edits[:n]); err != nil {
			return err
		}
		edits = edits[n:]
	}
	return nil
}

func appendEdits(edits []wordEdit, ch *change, tokens string, add bool) []wordEdit {
	for tokens != "" {
		var token string
		token, tokens, _ = strings.Cut(tokens, "\x1e")
		field, text, _ := strings.Cut(token, "\x1f")
		edits = append(edits, wordEdit{ch.coll, field, text, ch.seq, add})
	}
	return edits
}

// writeWord applies the edits of one block.
func (t *tx) writeWord(edits []wordEdit) error {
	e := edits[0]
	key := []any{e.field, e.token, e.seq >> blockBits}
	var k block
	err := t.c.each(e.coll.sqlWord, key, func(row *sqlite3.Stmt) error {
		t.buf = append(t.buf[:0], make([]byte, row.ColumnLen(0))...)
		row.ColumnBytes(0, t.buf)
		k.merge(t.buf)
		return nil
	})
	if err != nil {
		return err
	}
	for _, e := range edits {
		word, bit := e.seq%blockSize/64, uint64(1)<<(e.seq%64)
		if e.add {
			k[word] |= bit
		} else {
			k[word] &^= bit
		}
	}
	if k.count() == 0 {
		return t.c.exec(e.coll.sqlDropWord, key...)
	}
	t.buf = k.encode(t.buf)
	return t.c.exec(e.coll.sqlPutWord, append(key, t.buf)...)
}
