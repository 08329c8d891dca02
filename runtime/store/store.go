// Package store is the port to the database: documents in named collections,
// changed by atomic batches. Adapters (sqlite, mongo) know nothing of entities,
// records or rights and hold no rule; storetest tests what they promise.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weft/runtime/query"
)

// Doc is one document. Body is a JSON object in stored form (see query.Kind);
// it repeats id and rev as "id" and "rev".
type Doc struct {
	ID   string
	Rev  int64
	Body json.RawMessage
	// Sort holds the sort keys (query.SortKey) of text fields that are sorted by.
	Sort map[string]string
	// Tokens are the search tokens of searchable fields.
	Tokens []Token
}

// Token is one search token of one field.
type Token struct{ Field, Text string }

// Errors that a Store returns, wrapped; compare with errors.Is.
var (
	ErrNotFound    = errors.New("store: no such document")
	ErrConflict    = errors.New("store: a revision the batch relied on has changed")
	ErrUnavailable = errors.New("store: the database cannot be reached; nothing was written")
	ErrUnknown     = errors.New("store: the outcome of the commit is not known")
	ErrFull        = errors.New("store: storage is full; nothing was written")
	ErrReadOnly    = errors.New("store: storage is read-only; nothing was written")
	ErrTooNew      = errors.New("store: written by a newer version of weft")
)

// UniqueError says which unique index of which collection refused a document.
type UniqueError struct {
	Collection, Index string
	ID                string // of the document that was refused
}

func (e *UniqueError) Error() string {
	return fmt.Sprintf("store: unique index %s of %s refuses document %s", e.Index, e.Collection, e.ID)
}

// ConflictError says which expectation did not hold; errors.Is(err, ErrConflict).
type ConflictError struct {
	Collection, ID string
	Want, Have     int64 // Have is 0 when there is none
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("store: %s/%s has revision %d, not %d", e.Collection, e.ID, e.Have, e.Want)
}

// Is makes errors.Is(err, ErrConflict) true.
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }

// Reader reads documents. Every answer is a consistent one; answers of two
// calls may differ by what was committed between them, unless both are made
// inside one View.
type Reader interface {
	// Get returns ErrNotFound when there is none.
	Get(ctx context.Context, collection, id string) (Doc, error)
	// GetMany returns those that exist, in the order of ids.
	GetMany(ctx context.Context, collection string, ids []string) ([]Doc, error)
	// Find returns at most f.Limit documents in the order f.Sort, then id.
	// Docs carry neither Sort nor Tokens.
	Find(ctx context.Context, collection string, f Find) ([]Doc, error)
	// Count counts what matches, but stops at limit when limit > 0.
	Count(ctx context.Context, collection string, where query.Expr, limit int) (int64, error)
	// Aggregate groups what matches. Without groups it answers one row always.
	Aggregate(ctx context.Context, collection string, a Aggregate) ([]Row, error)
	// ChangeNumber grows with every commit that touches the collection.
	ChangeNumber(ctx context.Context, collection string) (uint64, error)
}

// Store is a database.
type Store interface {
	Reader
	// View runs fn on one snapshot.
	View(ctx context.Context, fn func(Reader) error) error
	// Commit applies the whole batch or nothing and returns when it is durable.
	// It fails with *ConflictError, *UniqueError, ErrUnavailable, ErrUnknown,
	// ErrFull or ErrReadOnly.
	Commit(ctx context.Context, b *Batch) error
	// Increment adds by to a named counter, durably, and returns the new value.
	// After ErrUnavailable the counter may have moved: its next number skips one.
	Increment(ctx context.Context, collection, id string, by int64) (int64, error)
	// Claim marks up to c.Limit documents that match and returns them as
	// changed; no document is ever claimed by two callers at once. After
	// ErrUnavailable some may be marked although no caller was told so.
	Claim(ctx context.Context, collection string, c Claim) ([]Doc, error)
	// Ensure creates the collections with their indexes, and drops indexes that
	// an earlier Ensure created and this one does not name.
	Ensure(ctx context.Context, cs []Collection) error
	// Collections lists the collections that exist.
	Collections(ctx context.Context) ([]string, error)
	// Watch sends every committed change from now on, in commit order, until
	// ctx ends or the store is closed. A reader that is too slow gets one Event
	// with Resync set instead of the events it missed. A closed store fails with ErrUnavailable.
	Watch(ctx context.Context) (<-chan Event, error)
	Close() error
}

// Find says what to read.
type Find struct {
	Where query.Expr
	Sort  []query.SortTerm // id is always the last key, ascending unless IDDesc
	// IDDesc sorts the last key, the id, in descending order.
	IDDesc bool
	Limit  int
	// After reads only what follows this position; nil starts at the beginning.
	After *Position
	// IDsOnly leaves Body out; only ID and Rev are wanted.
	IDsOnly bool
}

// Position is the sort position of a document: the values of the sort terms
// (stored form; the sort key where the term's path is a text; nil for unset),
// then the id.
type Position struct {
	Values []any  `json:"v,omitempty"`
	ID     string `json:"i"`
}

// Aggregate says what to group. Rows come in the order of Sort over group and
// metric names, then by group values, texts by their sort keys; unset groups last.
type Aggregate struct {
	Where   query.Expr
	Groups  []query.GroupTerm
	Metrics []query.Metric
	Sort    []RowSort
	Limit   int // 0: all
}

// RowSort orders rows by a group or metric name.
type RowSort struct {
	Name string
	Desc bool
}

// Row is one group: group values and metrics by name, in stored form. Sum, min
// and max of Decimal paths are Decimal strings (a sum may have more than 20
// digits, see query.FormatDecimal); avg is a Decimal string for Decimal paths
// and a float64 otherwise; counts are int64. Sums and averages that are float64
// have 15 significant digits (query.RoundSum). Unset values are absent.
type Row map[string]any

// Batch is applied in order, all or nothing.
type Batch struct {
	// Expect lists revisions that must hold at commit. Rev 0: must not exist.
	Expect []Expect
	Ops    []Op
}

// Expect is one expectation. With Rev 0 it must name a document that the batch
// itself inserts, or one of a collection with ExpectAbsent.
type Expect struct {
	Collection, ID string
	Rev            int64
}

// OpKind is what an Op does.
type OpKind int

// The operations. Insert refuses an id that exists with a UniqueError of index
// "id". Replace and Delete refuse with a ConflictError when OldRev (if not 0)
// is not the current revision.
const (
	Insert OpKind = iota + 1
	Replace
	Delete
)

// Op is one change of one document. For Delete only Doc.ID counts.
type Op struct {
	Kind       OpKind
	Collection string
	Doc        Doc
	OldRev     int64
}

// Check refuses an operation that no adapter can do.
func (o Op) Check() error {
	switch {
	case o.Kind < Insert || o.Kind > Delete:
		return fmt.Errorf("store: operation %d of %s does not exist", o.Kind, o.Collection)
	case o.Doc.ID == "":
		return fmt.Errorf("store: a document of %s has no id", o.Collection)
	}
	return nil
}

// Claim says which documents to mark: Set is merged into the body (top level),
// rev grows by one.
type Claim struct {
	Where query.Expr
	Sort  []query.SortTerm
	Limit int
	Set   map[string]any
}

// Collection is a set of documents with its indexes.
type Collection struct {
	Name    string
	Indexes []Index
	// Kinds names the stored kinds of fields, so that an adapter with native
	// types (decimals, dates) can use them.
	Kinds map[string]query.Kind
	// Searchable fields carry tokens.
	Searchable bool
	// Unwatched collections are not sent to Watch (history, sessions, jobs). It
	// is stored under its old name.
	Unwatched bool `json:"Quiet"`
	// ExpectAbsent says that batches may expect documents of this collection to
	// be absent (Expect with Rev 0) without inserting them. A database that
	// cannot lock a missing document must prepare for that. It is stored under
	// its old name.
	ExpectAbsent bool `json:"Fences"`
}

// Index and IndexKey are those of query, which also says what they serve.
type (
	Index    = query.Index
	IndexKey = query.IndexKey
)

// IndexBuilder is a Store that builds indexes while others read and write.
type IndexBuilder interface {
	// PendingIndexes lists the indexes that a running Ensure of this process
	// waits for, oldest first.
	PendingIndexes() []IndexBuild
}

// IndexBuild is an index that is being built.
type IndexBuild struct {
	Collection string    `json:"collection"`
	Index      string    `json:"index"`
	Since      time.Time `json:"since"`
}

// Event is one committed change. Doc is the document after it; for Delete only
// its ID is set.
type Event struct {
	Seq        uint64
	Kind       OpKind
	Collection string
	Doc        Doc
	Resync     bool
}
