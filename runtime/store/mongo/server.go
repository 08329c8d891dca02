package mongo

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// Why a server can never be used.
var (
	ErrStandalone = errors.New("mongo: the server is a standalone one, which has no transactions: " +
		"make it a replica set of one by starting mongod with --replSet rs0 and running rs.initiate() once in mongosh")
	ErrTooOld = errors.New("mongo: the server is older than MongoDB 5.0, the oldest that weft works with")
)

// errNotInitiated is transient: a member that is just starting says so, too.
var errNotInitiated = fmt.Errorf("%w: the server knows of no replica set yet; if it is new, run rs.initiate() once in mongosh", store.ErrUnavailable)

// leastWireVersion is that of MongoDB 5.0.
const leastWireVersion = 13

// hello is what a server says about itself.
type hello struct {
	SetName string `bson:"setName"`
	// Member: it was started as a member of a replica set, which it may not
	// have joined yet.
	Member         bool   `bson:"isreplicaset"`
	Msg            string `bson:"msg"`
	MaxWireVersion int    `bson:"maxWireVersion"`
}

func (h hello) check() error {
	switch {
	case h.SetName == "" && h.Member:
		return errNotInitiated
	case h.SetName == "" && h.Msg != "isdbgrid":
		return ErrStandalone
	case h.MaxWireVersion < leastWireVersion:
		return ErrTooOld
	}
	return nil
}

// checkServer refuses what weft cannot work with.
func (c *connection) checkServer(ctx context.Context, uri string) error {
	h, err := c.hello(ctx, c.client)
	var refused *AccessError
	switch {
	case errors.As(err, &refused):
		return err
	case errors.Is(err, store.ErrUnavailable):
		if reason := c.findRefusalReason(ctx, uri); reason != nil {
			return reason
		}
		return err
	case err != nil:
		return err
	}
	return h.check()
}

// hello asks a server what it is. It bypasses health, which may already refuse
// calls over the URI as it is.
func (c *connection) hello(ctx context.Context, client *driver.Client) (h hello, err error) {
	limited, cancel := context.WithTimeout(ctx, c.options.UnresponsiveTimeout)
	defer cancel()
	err = client.Database("admin").RunCommand(limited, bson.D{{Key: "hello", Value: 1}}).Decode(&h)
	switch {
	case err != nil && ctx.Err() != nil:
		return h, fmt.Errorf("%w: %w", ctx.Err(), err)
	case err != nil && limited.Err() != nil:
		return h, fmt.Errorf("%w: %w", store.ErrUnavailable, hideContext(err))
	}
	err = classify(err)
	c.health.logAccessError(err)
	return h, err
}

// findRefusalReason asks all hosts at once whether they are servers that weft
// cannot work with: with a replica set in the URI the driver only says that it
// found none. Of several reasons it returns that of the host named first.
func (c *connection) findRefusalReason(ctx context.Context, uri string) error {
	reasons := make([]error, len(c.hosts))
	var asked sync.WaitGroup
	for i, host := range c.hosts {
		asked.Go(func() { reasons[i] = c.checkHost(ctx, uri, host) })
	}
	asked.Wait()
	for _, err := range reasons {
		if errors.Is(err, ErrStandalone) || errors.Is(err, ErrTooOld) || errors.Is(err, errNotInitiated) {
			return err
		}
	}
	return nil
}

// checkHost asks one host without signing in.
func (c *connection) checkHost(ctx context.Context, uri, host string) error {
	o := options.Client().SetHosts([]string{host}).SetDirect(true).SetAppName("weft").
		SetServerSelectionTimeout(c.options.UnresponsiveTimeout).SetConnectTimeout(c.options.UnresponsiveTimeout)
	o.TLSConfig = clientOptions(uri, c.options).TLSConfig
	client, err := driver.Connect(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		if err := disconnect(client); err != nil {
			c.log.Debug("end of a connection", "error", err)
		}
	}()
	h, err := c.hello(ctx, client)
	if err != nil {
		return err
	}
	return h.check()
}
