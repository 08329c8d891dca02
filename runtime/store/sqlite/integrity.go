package sqlite

import (
	"context"
	"fmt"
	"strings"

	sqlite3 "zombiezen.com/go/sqlite"
)

// CheckIntegrity reads the whole file; when it is damaged it fails with ErrCorrupt
// and the damage that was found.
func (s *Store) CheckIntegrity(ctx context.Context) error {
	var found []string
	err := s.readHeavy(ctx, func(q *reader) error {
		return q.interruptible(ctx, func() error {
			return q.c.each("PRAGMA integrity_check(20)", nil, func(row *sqlite3.Stmt) error {
				if text := row.ColumnText(0); text != "ok" {
					found = append(found, text)
				}
				return nil
			})
		})
	})
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("%w: %s", ErrCorrupt, strings.Join(found, "; "))
	}
	return nil
}
