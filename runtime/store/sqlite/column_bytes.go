package sqlite

import (
	"unsafe"

	sqlite3 "zombiezen.com/go/sqlite"
)

// textOf shares b's bytes as a string, to bind them without a copy of our own.
func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// columnBytes copies a column of the present row.
func columnBytes(row *sqlite3.Stmt, i int) []byte {
	b := make([]byte, row.ColumnLen(i))
	row.ColumnBytes(i, b)
	return b
}

// arena keeps the bytes of one answer in few pieces, each larger than the last.
type arena struct {
	free []byte
	next int
}

// Sizes of the pieces.
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

// text is a column as a string; its bytes are never written again.
func (a *arena) text(row *sqlite3.Stmt, i int) string { return textOf(a.column(row, i)) }
