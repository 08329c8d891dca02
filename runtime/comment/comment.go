// Package comment keeps what people say about records. A comment has the rights of its
// record: who reads the record reads and writes its comments.
package comment

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/runtime/store/table"
	"weft/schemas"
)

// Collection holds the comments; the id is a UUIDv7.
const Collection = "weft_comment"

// Comment is what somebody said about a record. At is an instant in stored form.
type Comment struct {
	ID     string `json:"id"`
	Rev    int64  `json:"rev"`
	Entity string `json:"entity"`
	Record string `json:"record"`
	By     string `json:"by"`
	At     string `json:"at"`
	Text   string `json:"text"`
	// Mentions are the users that the text is addressed to.
	Mentions []string `json:"mentions,omitempty"`
}

var comments = table.New(Collection, func(c *Comment) (*string, *int64) { return &c.ID, &c.Rev })

var (
	pathEntity = query.Path{Field: "entity", Kind: query.Text}
	pathRecord = query.Path{Field: "record", Kind: query.Key}
)

// Collections lists the collections of this package.
func Collections() []store.Collection {
	return []store.Collection{{
		Name: Collection, Unwatched: true, Kinds: map[string]query.Kind{"at": query.Instant},
		Indexes: []store.Index{{Name: "record", Keys: []store.IndexKey{{Path: pathRecord}}}},
	}}
}

// Limits of a comment.
const (
	maxText     = 10_000 // characters
	maxMentions = 50
	pageSize    = 50
)

// Notifier tells people that they are mentioned: with operations of the comment's commit.
type Notifier interface {
	MentionOps(ctx context.Context, to []string, by string, c Comment) ([]store.Op, error)
}

// Directory finds people and what they may see.
type Directory interface {
	Directory(ctx context.Context) (*access.Directory, error)
	ActorOf(ctx context.Context, idOrLogin string) (*access.Actor, error)
}

// Options of a Service; all but Now must be given.
type Options struct {
	Store     store.Store
	Reads     *read.Service
	Directory Directory
	Notifier  Notifier
	Now       func() time.Time // nil means time.Now
}

// Service keeps comments. It is safe for concurrent use.
type Service struct{ o Options }

// New makes a Service.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Service{o: o}
}

// Page is a page of comments, the youngest first.
type Page struct {
	Items  []Comment `json:"items"`
	Cursor string    `json:"cursor,omitempty"`
}

// List lists the comments of a record. Errors: those of reading the record, and
// invalid for a cursor that is none.
func (s *Service) List(ctx context.Context, who *access.Actor, entity, id, cursor string) (*Page, error) {
	if err := s.seen(ctx, who, entity, id); err != nil {
		return nil, err
	}
	find := store.Find{Where: of(entity, id), IDDesc: true, Limit: pageSize + 1}
	if cursor != "" {
		if uuid.Validate(cursor) != nil {
			return nil, problem.Of(problem.Invalid, problem.At("/cursor", "cursor"))
		}
		find.After = &store.Position{ID: cursor}
	}
	list, err := comments.Find(ctx, s.o.Store, find)
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	p := &Page{Items: list}
	if len(list) > pageSize {
		p.Items = list[:pageSize]
		p.Cursor = p.Items[pageSize-1].ID
	}
	return p, nil
}

func of(entity, id string) query.Expr {
	return query.All{query.Cmp{Path: pathRecord, Op: query.Eq, Value: id}, query.Cmp{Path: pathEntity, Op: query.Eq, Value: entity}}
}

func (s *Service) seen(ctx context.Context, who *access.Actor, entity, id string) error {
	_, _, err := s.o.Reads.Get(ctx, who, entity, id, []string{"id"}, nil)
	return err
}

// Draft is a comment as it is written. A text also mentions whom it names as @login.
type Draft struct {
	Text     string   `json:"text"`
	Mentions []string `json:"mentions,omitempty"` // user ids or logins
}

// Add adds a comment to a record and tells those who are mentioned and may read the
// record. before gives further operations of the same commit. Errors: those of reading
// the record, and invalid.
func (s *Service) Add(ctx context.Context, who *access.Actor, entity, id string, d Draft, before func(*Comment) ([]store.Op, error)) (*Comment, error) {
	if err := s.seen(ctx, who, entity, id); err != nil {
		return nil, err
	}
	c := &Comment{
		ID: uuid.Must(uuid.NewV7()).String(), Entity: entity, Record: id, By: who.UserID, At: query.FormatInstant(s.o.Now()),
	}
	var err error
	if c.Text, err = checked(d.Text); err != nil {
		return nil, err
	}
	if c.Mentions, err = s.mentions(ctx, d); err != nil {
		return nil, err
	}
	told, err := s.mentionOps(ctx, who, *c)
	if err != nil {
		return nil, err
	}
	first, err := before(c)
	if err != nil {
		return nil, err
	}
	if err := comments.Save(ctx, s.o.Store, c, append(first, told...)...); err != nil {
		return nil, read.StoreProblem(err)
	}
	return c, nil
}

// checked is a text as long texts of records are kept.
func checked(s string) (string, error) {
	most := maxText
	f := model.FieldOf("text", &schemas.Field{FieldType: schemas.TypeLongText, MaxLength: &most})
	stored, ps := f.FromWire(s)
	text, _ := stored.(string)
	if len(ps) == 0 && text == "" {
		ps = []problem.Field{problem.At("", "required")}
	}
	for i := range ps {
		ps[i].Path = "/text" + ps[i].Path
	}
	if len(ps) > 0 {
		return "", problem.Of(problem.Invalid, ps...)
	}
	return text, nil
}

// Remove removes a comment: its author may, and administrators. Errors: those of
// reading the record, not_found, forbidden.
func (s *Service) Remove(ctx context.Context, who *access.Actor, entity, id, comment string) error {
	if err := s.seen(ctx, who, entity, id); err != nil {
		return err
	}
	c, err := comments.Get(ctx, s.o.Store, comment)
	if errors.Is(err, store.ErrNotFound) || err == nil && (c.Entity != entity || c.Record != id) {
		return problem.New(problem.NotFound, "no_such_comment", nil)
	}
	if err != nil {
		return read.StoreProblem(err)
	}
	if c.By != who.UserID && !who.Admin {
		return problem.New(problem.Forbidden, "no_right", nil)
	}
	return read.StoreProblem(comments.Remove(ctx, s.o.Store, c))
}
