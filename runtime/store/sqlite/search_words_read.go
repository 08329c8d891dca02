package sqlite

import (
	"fmt"

	"weft/runtime/query"

	sqlite3 "zombiezen.com/go/sqlite"
)

// match writes the condition that a searchable field contains a word: membership in
// a bitmap that is read from the inverted index first, and a comparison with the
// text where the index finds more than the word.
func (b *builder) match(c query.Cmp) {
	word, ok := c.Value.(query.Word)
	if !ok {
		b.fail(fmt.Errorf("sqlite: match takes a word, not %T", c.Value))
		return
	}
	p := c.Path
	if p.Visible != nil {
		visible := p.Visible
		p.Visible = nil
		b.write("(")
		b.expr(visible)
		b.write(" AND ")
		b.match(query.Cmp{Path: p, Op: c.Op, Value: word})
		b.write(")")
		return
	}
	if p.Through != "" {
		b.throughReference(p, func() { b.ownMatch(p.Field, word) })
		return
	}
	b.ownMatch(p.Field, word)
}

func (b *builder) ownMatch(field string, word query.Word) {
	found, err := b.q.c.wordBits(b.coll, field, word)
	if err != nil {
		b.fail(err)
		return
	}
	b.write(fnBit, "(")
	b.arg(len(b.q.c.bits))
	b.write(",", b.alias, ".seq)")
	b.q.c.bits = append(b.q.c.bits, found)
	if word.CompareText {
		b.write(" AND ", fnHas, "(")
		b.column(field)
		b.write(",")
		b.arg(word.Text)
		b.write(")")
	}
}

// wordBits returns the documents that contain all terms of a word in a field.
func (c *conn) wordBits(k *collection, field string, word query.Word) (bitmap, error) {
	var found bitmap
	for i, t := range word.Terms {
		bits, err := c.termBits(k, field, t)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			found = bits
		} else {
			found = found.and(bits)
		}
	}
	return found, nil
}

func (c *conn) termBits(k *collection, field string, t query.Term) (bitmap, error) {
	sql, args := k.sqlTerm, []any{field, t.Token}
	if t.Prefix {
		sql, args = k.sqlPrefix, append(args, t.Token+"\xff")
	}
	var found bitmap
	var buf []byte
	err := c.each(sql, args, func(row *sqlite3.Stmt) error {
		n := row.ColumnLen(1)
		if n > cap(buf) {
			buf = make([]byte, n+blockWords)
		}
		row.ColumnBytes(1, buf[:n])
		found.at(int(row.ColumnInt64(0))).merge(buf[:n])
		return nil
	})
	return found, err
}

// hasMatch tells whether a condition contains a search for words.
func hasMatch(x query.Expr) bool {
	found := false
	query.Walk(x, func(part query.Expr) {
		if c, ok := part.(query.Cmp); ok && !found {
			found = c.Op == query.Match || hasMatch(c.Path.Visible) || hasMatch(c.Path.Scope)
		}
	})
	return found
}
