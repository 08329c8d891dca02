package sqlite

import (
	"context"
	"errors"
	"fmt"

	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// Format numbers in the file. An older file is upgraded when it is opened, a newer
// one is refused.
const (
	// fileFormat is the layout of the tables; it is stored in PRAGMA user_version.
	fileFormat = 1
	// textFormat counts changes of query.Fold, query.SortKey and query.Tokens:
	// when it grows, everything derived with them is derived again.
	textFormat = 1
	// applicationID marks a file as written by weft ("weft" in ASCII).
	applicationID = 0x77656674
)

// Keys of the table weft_state.
const (
	stateCommit = 1 // number of the last commit
	stateText   = 2 // textFormat
)

const layout = `
CREATE TABLE IF NOT EXISTS weft_state (key INTEGER PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS weft_collection (name TEXT PRIMARY KEY, definition TEXT NOT NULL) WITHOUT ROWID;`

// prepareFile creates the tables of a new file, upgrades an older one and
// refuses a newer one and databases of other programs.
func (s *Store) prepareFile(ctx context.Context, c *conn) error {
	var format, application, tables int64
	for pragma, to := range map[string]*int64{
		"PRAGMA user_version": &format, "PRAGMA application_id": &application,
		"SELECT count(*) FROM sqlite_schema": &tables,
	} {
		n, err := c.number(pragma)
		if err != nil {
			return err
		}
		*to = n
	}
	switch {
	case tables > 0 && application != applicationID:
		return errors.New("sqlite: the file is a database of another program")
	case format > fileFormat:
		return fmt.Errorf("%w: file format %d, this program knows %d", store.ErrTooNew, format, fileFormat)
	case tables == 0:
		return c.inTransaction(func() error { return c.create() })
	}
	return s.upgradeText(ctx, c)
}

func (c *conn) create() error {
	for _, sql := range []string{
		fmt.Sprintf("PRAGMA application_id=%d", applicationID), fmt.Sprintf("PRAGMA user_version=%d", fileFormat),
	} {
		if err := c.once(sql); err != nil {
			return err
		}
	}
	if err := c.script(layout); err != nil {
		return err
	}
	return c.exec("INSERT INTO weft_state VALUES (?,0),(?,?)", stateCommit, stateText, textFormat)
}

// script runs several statements.
func (c *conn) script(sql string) error {
	for sql != "" {
		stmt, rest, err := c.db.PrepareTransient(sql)
		if err != nil {
			return err
		}
		if _, err = stmt.Step(); err == nil {
			err = stmt.Finalize()
		}
		if err != nil {
			return err
		}
		sql = sql[len(sql)-rest:]
		if len(sql) < 2 {
			return nil
		}
	}
	return nil
}

// number runs a query that returns one number; 0 when there is no row.
func (c *conn) number(sql string, args ...any) (n int64, err error) {
	err = c.each(sql, args, func(row *sqlite3.Stmt) error { n = row.ColumnInt64(0); return nil })
	return n, err
}

func (c *conn) inTransaction(fn func() error) error {
	if err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return errors.Join(err, c.rollback())
	}
	if err := c.exec("COMMIT"); err != nil {
		return errors.Join(err, c.rollback())
	}
	return nil
}

// rollback ends the transaction unless SQLite has already done so.
func (c *conn) rollback() error {
	if c.db.AutocommitEnabled() {
		return nil
	}
	return c.exec("ROLLBACK")
}
