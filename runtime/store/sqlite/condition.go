package sqlite

import (
	"fmt"

	"weft/runtime/query"
)

// expr writes a condition: 1 where it holds, 0 or NULL where not. It is written in
// parentheses, so that it can be part of any expression.
func (b *builder) expr(x query.Expr) {
	switch x := x.(type) {
	case nil:
		b.write("1")
	case query.All:
		b.junction(x, " AND ", "1")
	case query.Any:
		b.junction(x, " OR ", "0")
	case query.Not:
		b.not(func() { b.expr(x.X) })
	case query.Cmp:
		b.write("(")
		b.cmp(x)
		b.write(")")
	default:
		b.fail(fmt.Errorf("sqlite: %T is not a condition", x))
	}
}

// not writes the negation with NULL as false.
func (b *builder) not(fn func()) {
	b.write("(NOT coalesce(")
	fn()
	b.write(",0))")
}

// junction joins parts as a balanced tree, because SQLite limits the depth.
func (b *builder) junction(parts []query.Expr, word, empty string) {
	switch n := len(parts); n {
	case 0:
		b.write(empty)
	case 1:
		b.expr(parts[0])
	default:
		b.write("(")
		b.junction(parts[:n/2], word, empty)
		b.write(word)
		b.junction(parts[n/2:], word, empty)
		b.write(")")
	}
}

func (b *builder) cmp(c query.Cmp) {
	switch {
	case c.Op == query.Match:
		b.match(c)
	case c.Path.Kind == query.Keys && c.Op == query.Ne:
		b.not(func() { b.hasKey(c.Path, []any{c.Value}) })
	case c.Path.Kind == query.Keys && c.Op == query.Eq:
		b.hasKey(c.Path, []any{c.Value})
	case c.Path.Kind == query.Keys && c.Op == query.In:
		values, _ := c.Value.([]any)
		b.hasKey(c.Path, values)
	default:
		b.compare(c)
	}
}

var comparisons = map[query.Op]string{
	query.Eq: "=", query.Ne: " IS NOT ", query.Lt: "<", query.Le: "<=", query.Gt: ">", query.Ge: ">=",
}

func (b *builder) compare(c query.Cmp) {
	switch c.Op {
	case query.Empty, query.Present:
		b.value(c.Path)
		b.write(map[query.Op]string{query.Empty: " IS NULL", query.Present: " IS NOT NULL"}[c.Op])
	case query.In:
		b.in(c)
	case query.Between:
		b.between(c)
	case query.Contains:
		b.call(fnHas, c)
	case query.Starts:
		b.starts(c)
	default:
		sign, ok := comparisons[c.Op]
		if !ok {
			b.fail(fmt.Errorf("sqlite: operator %q", c.Op))
		}
		if c.Op == query.Eq {
			b.bySortKey(c)
		}
		b.value(c.Path)
		b.write(sign)
		b.arg(c.Value)
		b.sameType(c)
	}
}

// sameType restricts a comparison to values of the same type: in SQLite every
// number is less than every text.
func (b *builder) sameType(c query.Cmp) {
	_, text := c.Value.(string)
	switch {
	case text && (c.Op == query.Lt || c.Op == query.Le):
		b.write(" AND ")
		b.value(c.Path)
		b.write(">=''")
	case !text && (c.Op == query.Gt || c.Op == query.Ge):
		b.write(" AND ")
		b.value(c.Path)
		b.write("<''")
	}
}

func (b *builder) in(c query.Cmp) {
	values, _ := c.Value.([]any)
	if len(values) == 0 {
		b.write("0")
		return
	}
	b.value(c.Path)
	b.write(" IN ")
	b.list(values)
}

func (b *builder) between(c query.Cmp) {
	values, _ := c.Value.([]any)
	if len(values) != 2 {
		b.fail(fmt.Errorf("sqlite: between takes two values, not %d", len(values)))
		return
	}
	b.value(c.Path)
	b.write(" BETWEEN ")
	b.arg(values[0])
	b.write(" AND ")
	b.arg(values[1])
}

func (b *builder) call(function string, c query.Cmp) {
	b.write(function, "(")
	b.value(c.Path)
	b.write(",")
	b.arg(c.Value)
	b.write(")")
}

// starts uses a range where an index keeps the folded text.
func (b *builder) starts(c query.Cmp) {
	prefix, _ := c.Value.(string)
	switch {
	case c.Path.Field == "id" && c.Path.Through == "" && c.Path.Visible == nil:
		b.prefixRange(b.alias+".id", prefix)
	case b.coll.folded[c.Path.Field] && c.Path.Through == "" && c.Path.Visible == nil:
		raw, err := column(b.alias, c.Path.Field)
		if err != nil {
			b.fail(err)
		}
		b.prefixRange(fnFold+"("+raw+")", prefix)
		b.write(" AND ", raw, ">=''") // excludes numbers, which have a folded form, too
	default:
		b.call(fnStarts, c)
	}
}

// prefixRange holds for texts that begin with prefix: no byte of UTF-8 is 0xFF.
func (b *builder) prefixRange(sql, prefix string) {
	b.write(sql, ">=")
	b.arg(prefix)
	b.write(" AND ", sql, "<")
	b.arg(prefix + "\xff")
}

// bySortKey lets an index that keeps only sort keys find equal texts.
func (b *builder) bySortKey(c query.Cmp) {
	text, ok := c.Value.(string)
	if !ok || c.Path.Kind != query.Text || !b.coll.sorted[c.Path.Field] || c.Path.Through != "" || c.Path.Visible != nil {
		return
	}
	sql, err := sortColumn(b.alias, c.Path.Field)
	if err != nil {
		b.fail(err)
	}
	b.write(sql, "=")
	b.arg(query.SortKey(text))
	b.write(" AND ")
}

// hasKey holds where the list at the path holds one of the values.
func (b *builder) hasKey(p query.Path, values []any) {
	if len(values) == 0 {
		b.write("0")
		return
	}
	if p.Visible != nil {
		visible := p.Visible
		p.Visible = nil
		b.write("(")
		b.expr(visible)
		b.write(" AND ")
		b.hasKey(p, values)
		b.write(")")
		return
	}
	if p.Through != "" {
		b.throughReference(p, func() { b.hasOwnKey(p.Field, values) })
		return
	}
	b.hasOwnKey(p.Field, values)
}

func (b *builder) hasOwnKey(field string, values []any) {
	if _, err := column("", field); err != nil {
		b.fail(err)
		return
	}
	b.write("EXISTS(SELECT 1 FROM json_each(", b.alias, ".body,'$.", field, "') WHERE value IN ")
	b.list(values)
	b.write(")")
}
