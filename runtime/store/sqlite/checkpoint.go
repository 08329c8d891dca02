package sqlite

import (
	"context"
	"errors"

	sqlite3 "zombiezen.com/go/sqlite"
)

// A goroutine of its own copies the write-ahead log into the file, so that no
// commit waits for that. Lengths are in pages.
const (
	// checkpointPages is by how much the log grows between two checkpoints: the
	// longer it is, the less often a page that changes often is copied.
	checkpointPages = 4000
	// checkpointRest is the length that is left for the writer to copy: only it
	// can reach the end of a log that keeps growing.
	checkpointRest = 400
	// checkpointRounds bounds how often the checkpointer tries to catch up with
	// the writer.
	checkpointRounds = 4
	// logLimit is the length at which the writer copies the log itself, in case
	// the checkpointer fails or is too slow.
	logLimit = 16_000
)

// checkpoints copies the log whenever it has grown, until ctx ends.
func (s *Store) checkpoints(ctx context.Context) {
	c, err := openConn(s.path, s.options.Synchronous, readerCacheKiB)
	if err != nil {
		s.log.Warn("the write-ahead log cannot be copied in the background; the writer does it", "error", err)
		return
	}
	defer c.Close()
	done := 0 // length of the log after the last checkpoint
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.committed:
		}
		log, _, err := c.checkpoint("NOOP")
		if err == nil && log < done {
			done = 0 // a new log has begun
		}
		if err == nil && log > s.options.limits.log {
			s.endViews(log)
		}
		if err == nil && log-done >= checkpointPages {
			done, err = s.checkpoint(ctx, c)
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			s.log.Warn("the write-ahead log could not be copied; the writer will do so", "error", err)
		}
	}
}

// checkpoint copies the log and returns its length. When little is left, the
// writer copies the rest between two commits; its next commit begins a new log,
// unless a snapshot of the old one is still being read.
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

// checkpoint returns the length of the log and how much of it is copied.
func (c *conn) checkpoint(mode string) (log, copied int, err error) {
	err = c.each("PRAGMA wal_checkpoint("+mode+")", nil, func(row *sqlite3.Stmt) error {
		log, copied = row.ColumnInt(1), row.ColumnInt(2)
		return nil
	})
	return log, copied, err
}
