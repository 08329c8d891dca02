package sqlite

import (
	"fmt"
	"math/big"

	"weft/runtime/query"

	sqlite3 "zombiezen.com/go/sqlite"
)

// Decimals are stored as 20 digits: value × 10^4 + 10^19. A sum adds the upper
// and the lower ten digits separately, both far from the limits of an integer, and
// subtracts the offset once per value: it is exact.
const (
	decimalDigits = 20
	decimalHalf   = 10
)

var (
	decimalOffset = new(big.Int).Exp(big.NewInt(10), big.NewInt(19), nil)
	decimalUpper  = new(big.Int).Exp(big.NewInt(10), big.NewInt(decimalHalf), nil)
)

// metric writes the columns of a metric and how to read them.
func (g *grouping) metric(m query.Metric) {
	around := func(before, after string) {
		g.write(before)
		g.value(m.Path)
		g.write(after)
	}
	decimal := m.Path.Kind == query.Decimal
	switch {
	case m.Func == "count":
		g.write("count(*)")
		g.read(readCount)
	case m.Func == "count_distinct":
		around("count(DISTINCT ", ")")
		g.read(readCount)
	case m.Func == "min", m.Func == "max":
		around(m.Func+"(", ")")
		g.read(readValue(m.Path.Kind))
	case decimal && (m.Func == "sum" || m.Func == "avg"):
		around("sum(CAST(substr(", ",1,10) AS INTEGER)),")
		around("sum(CAST(substr(", ",11,10) AS INTEGER)),")
		around("count(", ")")
		g.read(readDecimal(m.Func == "avg"))
	case m.Func == "sum": // total() cannot overflow
		around("CASE WHEN count(", ")>0 THEN ")
		around("total(", ") END")
		g.read(readValue(query.Number))
	case m.Func == "avg":
		around("avg(", ")")
		g.read(readValue(query.Number))
	default:
		g.fail(fmt.Errorf("sqlite: metric %q", m.Func))
	}
}

func (g *grouping) read(fn func(*sqlite3.Stmt, int) (any, int)) { g.readers = append(g.readers, fn) }

func readCount(row *sqlite3.Stmt, i int) (any, int) { return row.ColumnInt64(i), 1 }

func readValue(kind query.Kind) func(*sqlite3.Stmt, int) (any, int) {
	return func(row *sqlite3.Stmt, i int) (any, int) { return columnValue(row, i, kind), 1 }
}

func readDecimal(average bool) func(*sqlite3.Stmt, int) (any, int) {
	return func(row *sqlite3.Stmt, i int) (any, int) {
		sum := decimalSum{upper: row.ColumnInt64(i), lower: row.ColumnInt64(i + 1), n: row.ColumnInt64(i + 2)}
		return sum.stored(average), 3
	}
}
