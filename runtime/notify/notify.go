// Package notify tells people something: in weft itself, and through further
// channels that are added here. A message is made of operations that are committed
// with its cause, so that nobody hears of what did not happen, and nothing that
// happened is left untold.
package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/runtime/store/table"
	"weft/schemas"
)

// Message is a text for people, about a record or about nothing in particular.
type Message struct {
	To   []string // user ids
	Text schemas.Title
	// Entity and Record name what it is about; "" for nothing.
	Entity, Record string
	// Cause is the run or job that sends it.
	Cause string
	// Key makes it once: a second message of the same key to the same person is not
	// sent. "" for none.
	Key string
	// Channels are the keys of channels, without InApp alone.
	Channels []string
	At       time.Time
}

// InApp is the key of the channel that shows messages in weft itself.
const InApp = "in_app"

// Channel brings messages to people.
type Channel interface {
	// Ops gives what is committed with the cause of a message so that it reaches one
	// person: for a channel to the outside a job.
	Ops(ctx context.Context, to string, m Message) ([]store.Op, error)
}

// Collection holds the messages in weft; the id is a UUIDv7, or made of their key.
const Collection = "weft_notification"

// Notification is a message to one person as weft keeps it. Times are instants in
// stored form.
type Notification struct {
	ID     string        `json:"id"`
	Rev    int64         `json:"rev"`
	User   string        `json:"user"`
	At     string        `json:"at"`
	Text   schemas.Title `json:"text"`
	Entity string        `json:"entity,omitempty"`
	Record string        `json:"record,omitempty"`
	Cause  string        `json:"cause,omitempty"`
	Read   bool          `json:"read"`
	ReadAt string        `json:"read_at,omitempty"`
}

var notifications = table.New(Collection, func(n *Notification) (*string, *int64) { return &n.ID, &n.Rev })

var (
	pathUser = query.Path{Field: "user", Kind: query.Key}
	pathAt   = query.Path{Field: "at", Kind: query.Instant}
	pathRead = query.Path{Field: "read", Kind: query.Bool}
)

// Collections lists the collections of this package.
func Collections() []store.Collection {
	at := store.IndexKey{Path: pathAt, Desc: true}
	return []store.Collection{{
		Name: Collection, Kinds: map[string]query.Kind{"at": query.Instant, "read": query.Bool},
		Indexes: []store.Index{
			{Name: "user", Keys: []store.IndexKey{{Path: pathUser}, at}},
			{Name: "unread", Keys: []store.IndexKey{{Path: pathUser}, {Path: pathRead}, at}},
		},
	}}
}

// Options of a Service; Store and Reads must be given.
type Options struct {
	Store store.Store
	Reads *read.Service
	// Channels are further ways to people, by key.
	Channels map[string]Channel
	Now      func() time.Time // nil means time.Now
}

// Service sends and shows messages. It is safe for concurrent use.
type Service struct{ o Options }

// New makes a Service.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Service{o: o}
}

// Ops gives the operations by which a message reaches its people. It fails for a
// channel that does not exist.
func (s *Service) Ops(ctx context.Context, m Message) ([]store.Op, error) {
	channels := m.Channels
	if len(channels) == 0 {
		channels = []string{InApp}
	}
	var ops []store.Op
	for _, to := range slices.Compact(slices.Sorted(slices.Values(m.To))) {
		for _, key := range channels {
			more, err := s.through(ctx, key, to, m)
			if err != nil {
				return nil, err
			}
			ops = append(ops, more...)
		}
	}
	return ops, nil
}

func (s *Service) through(ctx context.Context, channel, to string, m Message) ([]store.Op, error) {
	if channel == InApp {
		return s.inApp(ctx, to, m)
	}
	c := s.o.Channels[channel]
	if c == nil {
		return nil, problem.New(problem.Invalid, "no_such_channel", map[string]any{"channel": channel})
	}
	return c.Ops(ctx, to, m)
}

// inApp keeps a message for one person, unless it has been kept under its key.
func (s *Service) inApp(ctx context.Context, to string, m Message) ([]store.Op, error) {
	n := Notification{ID: uuid.Must(uuid.NewV7()).String(), User: to, At: query.FormatInstant(m.At), Text: m.Text, Entity: m.Entity, Record: m.Record, Cause: m.Cause}
	if m.Key != "" {
		sum := sha256.Sum256([]byte(to + "\x00" + m.Key))
		n.ID = hex.EncodeToString(sum[:16])
		switch _, err := s.o.Store.Get(ctx, Collection, n.ID); {
		case err == nil:
			return nil, nil
		case !errors.Is(err, store.ErrNotFound):
			return nil, fmt.Errorf("notify: %w", err)
		}
	}
	op, err := notifications.Put(n)
	return []store.Op{op}, err
}
