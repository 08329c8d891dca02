package mongo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
)

// Why a server is refused for good.
var (
	ErrStandalone = errors.New("mongo: the server is a standalone one, which has no transactions: " +
		"make it a replica set of one by starting mongod with --replSet rs0 and running rs.initiate() once in mongosh")
	ErrTooOld = errors.New("mongo: the server is older than MongoDB 5.0, the oldest that weft works with")
)

// errNotInitiated passes: so does a member say that is just starting.
var errNotInitiated = fmt.Errorf("%w: the server knows of no replica set yet; if it is new, run rs.initiate() once in mongosh", store.ErrUnavailable)

// leastWireVersion is that of MongoDB 5.0.
const leastWireVersion = 13

// hello is what a server says of itself.
type hello struct {
	SetName string `bson:"setName"`
	// Member: it was started as one of a replica set, which it may not know yet.
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
func (s *Store) checkServer(ctx context.Context, uri string) error {
	h, err := s.hello(ctx, s.client)
	if errors.Is(err, store.ErrUnavailable) {
		if reason := s.diagnose(ctx, uri); reason != nil {
			return reason
		}
		return err
	}
	if err != nil {
		return err
	}
	return h.check()
}

func (s *Store) hello(ctx context.Context, c *driver.Client) (h hello, err error) {
	err = s.health.call(ctx, func(ctx context.Context) error {
		return c.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&h)
	})
	return h, err
}

// diagnose asks the hosts one by one whether they are standalone servers: with
// a replica set in the URI the driver says only that it found none.
func (s *Store) diagnose(ctx context.Context, uri string) error {
	for _, host := range s.hosts {
		o := clientOptions(uri, s.options).SetHosts([]string{host}).SetDirect(true)
		o.ReplicaSet = nil
		c, err := driver.Connect(ctx, o)
		if err != nil {
			continue
		}
		h, err := s.hello(ctx, c)
		if err == nil {
			err = h.check()
		}
		if end := disconnect(c); end != nil {
			s.log.Debug("end of a connection", "error", end)
		}
		if errors.Is(err, ErrStandalone) || errors.Is(err, ErrTooOld) || errors.Is(err, errNotInitiated) {
			return err
		}
	}
	return nil
}

// withoutSecrets takes the password of a URI out of an error's text.
func withoutSecrets(err error, uri string) error {
	_, rest, _ := strings.Cut(uri, "://")
	user, _, found := cutLast(rest, "@")
	_, password, also := strings.Cut(user, ":")
	if err == nil || !found || !also || password == "" {
		return err
	}
	if !strings.Contains(err.Error(), password) {
		return err
	}
	return fmt.Errorf("%s", strings.ReplaceAll(err.Error(), password, "***"))
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
