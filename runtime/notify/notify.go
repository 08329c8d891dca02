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

	"weft/runtime/access"
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

// Page is a page of messages, the youngest first.
type Page struct {
	Items  []Notification `json:"items"`
	Cursor string         `json:"cursor,omitempty"`
	Unread int64          `json:"unread"` // of all messages, at most 1000
}

const (
	pageSize  = 50
	maxUnread = 1000
)

// List lists the messages of a person, unread ones alone if asked. A record that the
// person may not see now is not named. Error: invalid for a cursor that is none.
func (s *Service) List(ctx context.Context, who *access.Actor, unread bool, cursor string) (*Page, error) {
	mine := query.Cmp{Path: pathUser, Op: query.Eq, Value: who.UserID}
	fresh := query.All{mine, query.Cmp{Path: pathRead, Op: query.Eq, Value: false}}
	find := store.Find{Where: mine, Sort: []query.SortTerm{{Path: pathAt, Desc: true}}, IDDesc: true, Limit: pageSize + 1}
	if unread {
		find.Where = fresh
	}
	if cursor != "" {
		last, err := notifications.Get(ctx, s.o.Store, cursor)
		if err != nil || last.User != who.UserID {
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return nil, read.StoreProblem(err)
			}
			return nil, problem.Of(problem.Invalid, problem.At("/cursor", "cursor"))
		}
		find.After = &store.Position{Values: []any{last.At}, ID: last.ID}
	}
	list, err := notifications.Find(ctx, s.o.Store, find)
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	p := &Page{Items: list}
	if len(list) > pageSize {
		p.Items = list[:pageSize]
		p.Cursor = p.Items[pageSize-1].ID
	}
	if p.Unread, err = s.o.Store.Count(ctx, Collection, fresh, maxUnread); err != nil {
		return nil, read.StoreProblem(err)
	}
	return p, s.hideUnseen(ctx, who, p.Items)
}

// hideUnseen takes away the names of records that the person may not see.
func (s *Service) hideUnseen(ctx context.Context, who *access.Actor, list []Notification) error {
	for i := range list {
		n := &list[i]
		if n.Record == "" {
			continue
		}
		_, _, err := s.o.Reads.Get(ctx, who, n.Entity, n.Record, []string{"id"}, nil)
		switch problem.CodeOf(err) {
		case "":
		case problem.NotFound, problem.Forbidden:
			n.Entity, n.Record = "", ""
		default:
			return err
		}
	}
	return nil
}

// MarkRead marks messages of a person as read: those with these ids, or all of them.
// Ids of others are ignored. It tells how many were unread.
func (s *Service) MarkRead(ctx context.Context, who *access.Actor, ids []string, all bool) (int, error) {
	list, err := s.unread(ctx, who, ids, all)
	if err != nil {
		return 0, err
	}
	marked := 0
	for part := range slices.Chunk(list, 200) {
		b := &store.Batch{}
		for _, n := range part {
			n.Read, n.ReadAt = true, query.FormatInstant(s.o.Now())
			op, err := notifications.Put(n)
			if err != nil {
				return marked, err
			}
			b.Ops = append(b.Ops, op)
		}
		if err := s.o.Store.Commit(ctx, b); err != nil && !store.LostRace(err) { // lost: they are read already
			return marked, read.StoreProblem(err)
		}
		marked += len(part)
	}
	return marked, nil
}

func (s *Service) unread(ctx context.Context, who *access.Actor, ids []string, all bool) ([]Notification, error) {
	var found []Notification
	if all {
		where := query.All{query.Cmp{Path: pathUser, Op: query.Eq, Value: who.UserID}, query.Cmp{Path: pathRead, Op: query.Eq, Value: false}}
		for n, err := range notifications.Each(ctx, s.o.Store, where) {
			if err != nil {
				return nil, read.StoreProblem(err)
			}
			found = append(found, n)
		}
		return found, nil
	}
	list, err := notifications.GetMany(ctx, s.o.Store, ids)
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	return slices.DeleteFunc(list, func(n Notification) bool { return n.User != who.UserID || n.Read }), nil
}
