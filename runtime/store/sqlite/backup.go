package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	sqlite3 "zombiezen.com/go/sqlite"
)

// Backup writes a complete copy of one snapshot to a new file while the store
// is in use. The copy is flushed to disk before Backup returns.
func (s *Store) Backup(ctx context.Context, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("sqlite: backup to %s: the file exists", to)
	}
	err := s.read(ctx, func(q *session) error {
		return q.interruptible(ctx, func() error { return q.c.exec("VACUUM INTO ?", to) })
	})
	if err == nil {
		err = errors.Join(flush(to), flush(filepath.Dir(to)))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("sqlite: backup to %s: %w", to, classify(err)), discard(to))
	}
	return nil
}

func flush(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func discard(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// CheckIntegrity reads the whole file and fails with ErrCorrupt, saying what is wrong.
func (s *Store) CheckIntegrity(ctx context.Context) error {
	var found []string
	err := s.read(ctx, func(q *session) error {
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
