package sqlite

import (
	"unsafe"

	sqlite3 "zombiezen.com/go/sqlite"
)

// textOf returns a string that shares b's bytes, to bind them without a copy.
func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// columnBytes copies a column of the current row.
func columnBytes(row *sqlite3.Stmt, i int) []byte {
	b := make([]byte, row.ColumnLen(i))
	row.ColumnBytes(i, b)
	return b
}

// arena allocates the bytes of one answer in few chunks of growing size.
type arena struct {
	free []byte
	next int
}

// Sizes of the chunks.
const (
	arenaFirst = 2 << 10
	arenaMost  = 32 << 10
)

func (a *arena) column(row *sqlite3.Stmt, i int) []byte {
	n := row.ColumnLen(i)
	if n > len(a.free) {
		a.next = min(max(2*a.next, arenaFirst), arenaMost)
		a.free = make([]byte, max(n, a.next))
	}
	b := a.free[:n:n]
	a.free = a.free[n:]
	row.ColumnBytes(i, b)
	return b
}

// text copies a column as a string; its bytes never change.
func (a *arena) text(row *sqlite3.Stmt, i int) string { return textOf(a.column(row, i)) }
