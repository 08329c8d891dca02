package sqlite

import (
	"encoding/json"
	"fmt"
	"strconv"

	"weft/runtime/query"
)

// builder writes one statement. Values are parameters, so that queries of the same
// shape have the same text and share a prepared statement.
type builder struct {
	q     *reader
	coll  *collection
	alias string
	sql   []byte
	args  []any
	// aliases counts the aliases of referenced tables.
	aliases int
	err     error
}

// newBuilder begins a statement on k, whose alias is t. Only one statement with
// search words can be built at a time on a connection.
func (q *reader) newBuilder(k *collection) *builder {
	q.c.bits = q.c.bits[:0]
	return &builder{q: q, coll: k, alias: "t", sql: make([]byte, 0, 512)}
}

func (b *builder) write(parts ...string) {
	for _, p := range parts {
		b.sql = append(b.sql, p...)
	}
}

func (b *builder) arg(v any) {
	b.sql = append(b.sql, '?')
	b.args = append(b.args, scalar(v))
}

func (b *builder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// scalar converts a stored value to a parameter.
func scalar(v any) any {
	n, ok := v.(json.Number)
	if !ok {
		return v
	}
	if i, err := n.Int64(); err == nil {
		return i
	}
	f, err := n.Float64()
	if err != nil {
		return string(n)
	}
	return f
}

// value writes a path's raw value, NULL when it is unset or not visible.
func (b *builder) value(p query.Path) {
	if p.Visible != nil {
		b.write("CASE WHEN ")
		b.expr(p.Visible)
		b.write(" THEN ")
		p.Visible = nil
		b.value(p)
		b.write(" END")
		return
	}
	if p.Through == "" {
		b.column(p.Field)
		return
	}
	b.throughReference(p, func() { b.column(p.Field) })
}

// throughReference writes a scalar subquery on the record that a path refers to.
func (b *builder) throughReference(p query.Path, selected func()) {
	far, err := b.q.s.catalog.get(p.Through)
	if err != nil {
		b.fail(err)
		return
	}
	via, err := column(b.alias, p.Via)
	if err != nil {
		b.fail(err)
		return
	}
	b.inCollection(far, func(alias string) {
		b.write("(SELECT ")
		selected()
		b.write(" FROM ", far.table, " ", alias, " WHERE ", alias, ".id=", via)
		if p.Scope != nil {
			b.write(" AND ")
			b.expr(p.Scope)
		}
		b.write(")")
	})
}

// inCollection calls fn with another collection and a new alias as the current ones.
func (b *builder) inCollection(k *collection, fn func(alias string)) {
	coll, alias := b.coll, b.alias
	b.aliases++
	b.coll, b.alias = k, "r"+strconv.Itoa(b.aliases)
	fn(b.alias)
	b.coll, b.alias = coll, alias
}

func (b *builder) column(field string) {
	sql, err := column(b.alias, field)
	if err != nil {
		b.fail(err)
	}
	b.write(sql)
}

// list writes (?,?,…) of values, or a JSON list of many values. A short list is
// padded with its last value, so that there are few different texts.
func (b *builder) list(values []any) {
	const shortest, longest = 1, 8
	if len(values) > longest {
		data, err := json.Marshal(values)
		if err != nil {
			b.fail(fmt.Errorf("sqlite: list of values: %w", err))
		}
		b.write("(SELECT value FROM json_each(")
		b.arg(string(data))
		b.write("))")
		return
	}
	n := shortest
	for n < len(values) {
		n *= 2
	}
	b.write("(")
	for i := range n {
		if i > 0 {
			b.write(",")
		}
		b.arg(values[min(i, len(values)-1)])
	}
	b.write(")")
}

// text returns the statement.
func (b *builder) text() string { return string(b.sql) }
