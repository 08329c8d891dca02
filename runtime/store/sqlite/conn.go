package sqlite

import (
	"errors"
	"fmt"
	"time"

	sqlite3 "zombiezen.com/go/sqlite"
)

// Page caches are small, since the operating system caches the file as well.
const (
	writerCacheKiB = 8 << 10
	readerCacheKiB = 3 << 10
	busyTimeout    = 10 * time.Second
	// journalBytes is the size to which the log file is truncated after a burst.
	journalBytes = 64 << 20
	// maxStatements bounds the prepared statements of a connection, since
	// callers decide how many shapes of queries there are.
	maxStatements = 300
)

// conn is a connection with its prepared statements; those used longest ago are
// evicted. One goroutine uses it at a time.
type conn struct {
	db    *sqlite3.Conn
	stmts map[string]*statement
	tick  uint64
	bits  bitmaps
	// scratch is a reusable buffer for the candidates of a search.
	scratch []candidate
	// extra connections are closed after use; view is set while a View has it.
	extra, view bool
}

type statement struct {
	*sqlite3.Stmt
	used uint64
}

func openConn(path, synchronous string, cacheKiB int) (*conn, error) {
	db, err := sqlite3.OpenConn(path, sqlite3.OpenReadWrite, sqlite3.OpenCreate)
	if err != nil {
		return nil, err
	}
	db.SetBusyTimeout(busyTimeout)
	c := &conn{db: db, stmts: map[string]*statement{}}
	for _, pragma := range []string{
		"PRAGMA journal_mode=WAL",
		"PRAGMA synchronous=" + synchronous,
		fmt.Sprintf("PRAGMA cache_size=-%d", cacheKiB),
		"PRAGMA temp_store=MEMORY",
		fmt.Sprintf("PRAGMA journal_size_limit=%d", journalBytes),
		"PRAGMA trusted_schema=ON", // indexes call functions registered by weft
		fmt.Sprintf("PRAGMA wal_autocheckpoint=%d", logLimit),
	} {
		if err := c.exec(pragma); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	if err := c.register(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return c, nil
}

// prepare returns the statement of a text, ready to bind; the caller resets it after use.
func (c *conn) prepare(sql string) (*sqlite3.Stmt, error) {
	c.tick++
	if s := c.stmts[sql]; s != nil {
		s.used = c.tick
		return s.Stmt, nil
	}
	if len(c.stmts) >= maxStatements {
		if err := c.evict(); err != nil {
			return nil, err
		}
	}
	stmt, _, err := c.db.PrepareTransient(sql)
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, sql)
	}
	c.stmts[sql] = &statement{stmt, c.tick}
	return stmt, nil
}

// evict finalizes the half of the statements that was used longest ago.
func (c *conn) evict() error {
	var errs []error
	for sql, s := range c.stmts {
		if s.used+maxStatements/2 < c.tick {
			errs = append(errs, s.Finalize())
			delete(c.stmts, sql)
		}
	}
	return errors.Join(errs...)
}

// exec runs a statement and ignores its rows.
func (c *conn) exec(sql string, args ...any) error {
	return c.each(sql, args, func(*sqlite3.Stmt) error { return nil })
}

// each runs a statement and calls fn for every row.
func (c *conn) each(sql string, args []any, fn func(*sqlite3.Stmt) error) error {
	stmt, err := c.prepare(sql)
	if err != nil {
		return err
	}
	bind(stmt, args)
	for {
		row, err := stmt.Step()
		if err != nil {
			return err // Step has reset the statement
		}
		if !row {
			return stmt.Reset()
		}
		if err := fn(stmt); err != nil {
			return errors.Join(err, stmt.Reset())
		}
	}
}

// once runs a statement that is not worth keeping prepared, such as DDL.
func (c *conn) once(sql string) error {
	stmt, _, err := c.db.PrepareTransient(sql)
	if err != nil {
		return fmt.Errorf("%w in %s", err, sql)
	}
	for row := true; row && err == nil; {
		row, err = stmt.Step()
	}
	return errors.Join(err, stmt.Finalize())
}

func bind(stmt *sqlite3.Stmt, args []any) {
	for i, a := range args {
		switch v := a.(type) {
		case string:
			stmt.BindText(i+1, v)
		case []byte:
			stmt.BindBytes(i+1, v)
		case int64:
			stmt.BindInt64(i+1, v)
		case int:
			stmt.BindInt64(i+1, int64(v))
		case float64:
			stmt.BindFloat(i+1, v)
		case bool:
			stmt.BindBool(i+1, v)
		default:
			stmt.BindNull(i + 1)
		}
	}
}

func (c *conn) Close() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Finalize())
	}
	c.stmts = nil
	return errors.Join(append(errs, c.db.Close())...)
}
