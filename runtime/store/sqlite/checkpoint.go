package sqlite

import (
	"context"
	"errors"

	sqlite3 "zombiezen.com/go/sqlite"
)

// The write-ahead log is copied into the file beside the writer, so that no
// commit waits for it. Lengths in pages.
const (
	// checkpointPages is by how much the log grows between two checkpoints:
	// longer ones copy pages that change often less often.
	checkpointPages = 4000
	// checkpointRest is how little is left for the writer, without whom the end
	// of a log that grows cannot be reached.
	checkpointRest = 400
	// checkpointRounds bounds how often the checkpointer runs after the writer.
	checkpointRounds = 4
	// logLimit is the length at which the writer copies the log itself, should
	// the checkpointer fail or be too slow.
	logLimit = 16_000
)

// checkpoints copies the log back whenever it has grown, until ctx ends.
func (s *Store) checkpoints(ctx context.Context) error {
	c, err := openConn(s.path, s.options.Synchronous, readerCacheKiB)
	if err != nil {
		return err
	}
	done := 0 // length of the log after the last checkpoint
	for {
		select {
		case <-ctx.Done():
			return c.Close()
		case <-s.committed:
		}
		log, _, err := c.checkpoint("NOOP")
		if err == nil && log < done {
			done = 0 // the log has begun anew
		}
		if err == nil && log-done >= checkpointPages {
			done, err = s.checkpoint(ctx, c)
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			s.log.Warn("the write-ahead log could not be copied back; the writer will do so", "error", err)
		}
	}
}

// checkpoint copies the log and gives its length. When little is left, the
// writer copies that between two commits; its next commit begins a new log,
// unless somebody still reads the old one.
func (s *Store) checkpoint(ctx context.Context, c *conn) (log int, err error) {
	for range checkpointRounds {
		var copied int
		if _, copied, err = c.checkpoint("PASSIVE"); err != nil {
			return 0, err
		}
		if log, _, err = c.checkpoint("NOOP"); err != nil || log-copied < checkpointRest {
			break
		}
	}
	if err != nil {
		return 0, err
	}
	err = s.writer.exclusively(ctx, func(w *conn) (err error) {
		log, _, err = w.checkpoint("PASSIVE")
		return err
	})
	return log, err
}

// checkpoint gives the length of the log and how much of it is copied.
func (c *conn) checkpoint(mode string) (log, copied int, err error) {
	err = c.each("PRAGMA wal_checkpoint("+mode+")", nil, func(row *sqlite3.Stmt) error {
		log, copied = row.ColumnInt(1), row.ColumnInt(2)
		return nil
	})
	return log, copied, err
}
