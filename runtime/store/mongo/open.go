package mongo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"weft/runtime/store"

	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
	"go.mongodb.org/mongo-driver/mongo/readpref"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"
)

// defaultDatabase is used when the URI names none.
const defaultDatabase = "weft"

// Options of a store; the zero value is durable and logs nothing.
type Options struct {
	// Logger is told of lost and regained connections and of upgrades.
	Logger *slog.Logger
	// UnresponsiveTimeout is how long a call waits for a database that does not
	// respond, 1 s by default. Work that takes longer at a responding one is
	// not ended.
	UnresponsiveTimeout time.Duration
	// WaitUntilReachable makes Open retry until ctx ends while the database
	// cannot be reached.
	WaitUntilReachable bool
	// WriteConcern is "" for majority with journal. "unsafe" is w:1 without
	// journal, by which acknowledged commits can be lost, for tests of tests.
	WriteConcern string

	// semiJoin is maxSemiJoin; tests lower it to force joins.
	semiJoin int
}

// Store is a database on a replica set or sharded cluster; it implements
// store.Store. Several processes may have it open at once.
type Store struct {
	*connection
	catalog       catalog
	definitions   *definitions
	foreignWarned sync.Once
	writer        *writer
	feed          *changeFeed
	claims        claims
	fault         atomic.Pointer[func() error]

	closing sync.Once
	closed  error
}

// connection is a database whose responses are monitored.
type connection struct {
	options Options
	log     *slog.Logger
	client  *driver.Client
	db      *driver.Database
	hosts   []string
	health  *health
}

var _ store.Store = (*Store)(nil)

// Open connects to the database that the URI names ("weft" if none). It fails
// with ErrStandalone, ErrTooOld, an AccessError, store.ErrTooNew when a newer
// weft wrote the database, and store.ErrUnavailable when nothing responds
// within the timeout. No error contains the URI's password.
func Open(ctx context.Context, uri string, o Options) (*Store, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.UnresponsiveTimeout <= 0 {
		o.UnresponsiveTimeout = time.Second
	}
	if o.semiJoin == 0 {
		o.semiJoin = maxSemiJoin
	}
	for {
		s, err := open(ctx, uri, o)
		if err == nil || !o.WaitUntilReachable || !isTransient(err) {
			return s, err
		}
		o.Logger.Warn("the database cannot be reached; trying again", "error", err)
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), err)
		case <-time.After(o.UnresponsiveTimeout):
		}
	}
}

// isTransient tells whether a database that cannot be opened may become
// reachable without an operator.
func isTransient(err error) bool {
	var refused *AccessError
	return errors.Is(err, store.ErrUnavailable) && !errors.As(err, &refused)
}

func open(ctx context.Context, uri string, o Options) (*Store, error) {
	address, err := parse(uri)
	if err != nil {
		return nil, err
	}
	client, err := driver.Connect(ctx, clientOptions(uri, o))
	if err != nil {
		return nil, uriError(err, uri)
	}
	s := &Store{connection: &connection{options: o, log: o.Logger, hosts: address.Hosts, client: client, db: client.Database(databaseOf(address))}}
	if s.health, err = newHealth(ctx, uri, databaseOf(address), o); err != nil {
		return nil, errors.Join(uriError(err, uri), disconnect(client))
	}
	s.feed = newChangeFeed(s)
	s.writer = newWriter(s)
	s.definitions = &definitions{connection: s.connection, catalog: &s.catalog, feed: s.feed, writer: s.writer, injectedFault: s.injectedFault}
	if err := s.start(ctx, uri); err != nil {
		s.health.stop()
		s.feed.stop()
		return nil, errors.Join(redactPassword(err, uri), disconnect(client))
	}
	go s.writer.run()
	return s, nil
}

// uriError wraps an error about a URI. The hosts of mongodb+srv are looked up
// by DNS, which may be unavailable.
func uriError(err error, uri string) error {
	err = redactPassword(err, uri)
	if names := (*net.DNSError)(nil); errors.As(err, &names) {
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	return fmt.Errorf("mongo: the URI cannot be read: %w", err)
}

func (s *Store) start(ctx context.Context, uri string) error {
	if err := s.checkServer(ctx, uri); err != nil {
		return err
	}
	if err := s.checkFormat(ctx); err != nil {
		return err
	}
	if err := s.definitions.loadCatalog(ctx); err != nil {
		return err
	}
	if err := s.definitions.upgradeText(ctx); err != nil {
		return err
	}
	return s.feed.start(ctx)
}

// clientOptions are the URI's with what weft relies on: reads and writes
// confirmed by a majority, at the primary, within the timeout. Servers are
// monitored by polling, since a monitoring stream would be waited for longer
// than the timeout.
func clientOptions(uri string, o Options) *options.ClientOptions {
	safe := true
	concern := &writeconcern.WriteConcern{W: "majority", Journal: &safe}
	if o.WriteConcern == "unsafe" {
		safe = false
		concern = &writeconcern.WriteConcern{W: 1, Journal: &safe}
	}
	return options.Client().ApplyURI(uri).SetAppName("weft").
		SetWriteConcern(concern).SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary()).
		SetRetryReads(true).SetRetryWrites(true).
		SetServerMonitoringMode(connstring.ServerMonitoringModePoll).
		SetServerSelectionTimeout(o.UnresponsiveTimeout * 3 / 5).SetConnectTimeout(o.UnresponsiveTimeout)
}

// Close answers what was committed and ends everything else with
// store.ErrUnavailable.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.writer.stop()
		s.feed.stop()
		s.health.stop()
		s.closed = disconnect(s.client)
	})
	return s.closed
}

// disconnect does not wait for busy connections.
func disconnect(c *driver.Client) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := c.Disconnect(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("mongo: disconnect: %w", err)
	}
	return nil
}

// docs is the driver's collection.
func (c *connection) docs(k *collection) *driver.Collection { return c.db.Collection(k.Name) }

// SetFault makes every operation of a batch, and its commit, call fn first; its
// error counts as one of the database. Tests stop batches with it at any point;
// nil ends that.
func (s *Store) SetFault(fn func() error) {
	if fn == nil {
		s.fault.Store(nil)
		return
	}
	s.fault.Store(&fn)
}

func (s *Store) injectedFault() error {
	if fn := s.fault.Load(); fn != nil {
		if err := (*fn)(); err != nil {
			return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
		}
	}
	return nil
}

// Collections lists the collections that exist, by name.
func (s *Store) Collections(context.Context) ([]string, error) { return s.catalog.names(), nil }
