// Package sqlite is the store adapter for one SQLite file: a table per collection
// with the document as JSON, expression indexes, an inverted index for search
// words, one writer that commits waiting callers together, and a pool of reading
// connections. Only this package knows SQL.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"weft/runtime/startstop"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// leastVersion is the oldest SQLite that may touch a file: older ones can lose
// commits when a checkpoint meets a reset of the write-ahead log.
const leastVersion = 3_051_003

// Options of a store; the zero value is durable and logs nothing.
type Options struct {
	// Synchronous is SQLite's setting: FULL (default), NORMAL, OFF.
	Synchronous string
	// Readers bounds the reading connections; three times the processors by
	// default, at least 8. A quarter of them is kept for light reads.
	Readers int
	// Logger gets upgrades, and failures that no caller waits for.
	Logger *slog.Logger
	// limits are the default ones unless a test sets smaller ones.
	limits limits
}

// limits are the thresholds at which reads change their method.
type limits struct {
	// fewHits: a search with at most so many hits reads and sorts all of them.
	fewHits int
	// manyHits: a search with more hits scans all documents instead of listing the hits.
	manyHits int
	// count: a count that found at least so many documents is kept (see kept.go).
	count int64
	// counts and rankColumns bound the kept aggregates and the rank columns of
	// one collection.
	counts, rankColumns int
	// log is the length in pages of the write-ahead log at which Views older than
	// viewAge are ended.
	log     int
	viewAge time.Duration
}

var defaultLimits = limits{fewHits: 200, manyHits: 20_000, count: 2000, counts: 20, rankColumns: 4, log: 1 << 18, viewAge: 5 * time.Second}

// Store is an open database file; it implements store.Store.
type Store struct {
	path    string
	options Options
	log     *slog.Logger
	lock    *fileLock
	catalog catalog
	readers *pool
	writer  *writer
	feed    feed
	kept    keptSet
	views   sync.Map // *view, those that are open
	docs    docCache
	// checkpointer and rankBuilder run in the background. committed notifies the
	// one, rankRequests the other.
	checkpointer, rankBuilder *startstop.Service
	committed                 chan struct{}
	rankRequests              chan rankRequest
	fault                     atomic.Pointer[func() error]

	closing sync.Once
	closed  error
}

var _ store.Store = (*Store)(nil)

// Open opens the file at path, or creates it. It fails with ErrInUse when
// another process has it open, ErrCorrupt when it is damaged or not a database,
// store.ErrTooNew when a newer weft wrote it, store.ErrReadOnly and store.ErrFull.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if sqlite3.VersionNumber < leastVersion {
		return nil, fmt.Errorf("sqlite: version %s is too old, 3.51.3 is needed", sqlite3.Version)
	}
	if o.Synchronous == "" {
		o.Synchronous = "FULL"
	}
	if o.Readers <= 0 {
		o.Readers = max(8, 3*runtime.GOMAXPROCS(0))
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.limits == (limits{}) {
		o.limits = defaultLimits
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("sqlite: open %s: %w", path, err)
	}
	s := &Store{
		path: path, options: o, log: o.Logger, lock: lock,
		docs: docCache{max: docCacheBytes}, committed: make(chan struct{}, 1), rankRequests: make(chan rankRequest, 16),
	}
	if err := s.start(ctx, o); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: open %s: %w", path, classify(err)), lock.Close())
	}
	return s, nil
}

// Exclusive says that no other process can have the store open.
func (s *Store) Exclusive() bool { return true }

func (s *Store) start(ctx context.Context, o Options) error {
	if err := s.makePrivate(); err != nil {
		return err
	}
	c, err := openConn(s.path, o.Synchronous, writerCacheKiB)
	if err != nil {
		return err
	}
	if err := s.prepareFile(ctx, c); err != nil {
		return errors.Join(err, c.Close())
	}
	if err := s.catalog.load(c); err != nil {
		return errors.Join(err, c.Close())
	}
	s.readers = newPool(o.Readers, func() (*conn, error) { return openConn(s.path, o.Synchronous, readerCacheKiB) })
	last, err := c.number("SELECT value FROM weft_state WHERE key=?", stateCommit)
	if err != nil {
		return errors.Join(err, c.Close())
	}
	s.feed.start(max(uint64(last), uint64(time.Now().UnixMicro())))
	s.writer = newWriter(s, c)
	go s.writer.run()
	s.checkpointer = startstop.New("checkpoints", s.log, s.checkpoints)
	s.rankBuilder = startstop.New("rank columns", s.log, s.buildRanks)
	s.checkpointer.Start()
	s.rankBuilder.Start()
	return nil
}

// Close lets the writer finish the queued requests, checkpoints and closes the
// file. Calls after Close fail with store.ErrUnavailable.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.checkpointer.Stop()
		s.rankBuilder.Stop()
		s.writer.stop()
		s.docs.close(s.catalog.all())
		s.feed.stop()
		s.closed = errors.Join(s.readers.Close(), s.writer.c.Close(), s.lock.Close())
	})
	return s.closed
}

// SetFault lets a test inject failures: fn is called before every operation of a
// batch and before its commit, and its error counts as a failure of the disk.
// nil ends it.
func (s *Store) SetFault(fn func() error) {
	if fn == nil {
		s.fault.Store(nil)
		return
	}
	s.fault.Store(&fn)
}

func (s *Store) injectedFault() error {
	if fn := s.fault.Load(); fn != nil {
		return (*fn)()
	}
	return nil
}
