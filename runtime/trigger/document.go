package trigger

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/google/uuid"

	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// docReader reads records across references, each once. An error is kept in err.
type docReader struct {
	ctx    context.Context
	store  store.Reader
	cached map[[2]string]map[string]any
	err    error
}

func newDocReader(ctx context.Context, from store.Reader) *docReader {
	return &docReader{ctx: ctx, store: from}
}

// get is nil for a record that does not exist.
func (d *docReader) get(collection, id string) map[string]any {
	key := [2]string{collection, id}
	if doc, ok := d.cached[key]; ok {
		return doc
	}
	doc, err := readDoc(d.ctx, d.store, collection, id)
	if err != nil {
		d.err = err
		return nil
	}
	if d.cached == nil {
		d.cached = map[[2]string]map[string]any{}
	}
	d.cached[key] = doc
	return doc
}

// readDoc reads one record in stored form; nil when there is none.
func readDoc(ctx context.Context, from store.Reader, collection, id string) (map[string]any, error) {
	d, err := from.Get(ctx, collection, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	return read.Decode(d)
}

// eachDoc reads all records of a collection that match, in the order of their ids.
func eachDoc(ctx context.Context, from store.Reader, collection string, where query.Expr) iter.Seq2[map[string]any, error] {
	return func(yield func(map[string]any, error) bool) {
		for d, err := range store.Each(ctx, from, collection, store.Find{Where: where, Limit: pageSize}) {
			if err != nil {
				yield(nil, err)
				return
			}
			if doc, err := read.Decode(d); !yield(doc, err) || err != nil {
				return
			}
		}
	}
}

// pageSize is how many records are read at once.
const pageSize = 500

// newID makes a UUIDv7: ids sort by creation.
func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic("trigger: no randomness: " + err.Error()) // crypto/rand never fails on supported systems
	}
	return id.String()
}

// idSpace makes ids of what is named by its reason instead of by chance.
var idSpace = uuid.MustParse("6f1f0a54-2f6f-5c5e-9a53-0f7b3f6c1d11")

// namedID is the same for the same parts, so that what it names happens once.
func namedID(parts ...string) string {
	name := ""
	for _, p := range parts {
		name += p + "\x00"
	}
	return uuid.NewSHA1(idSpace, []byte(name)).String()
}

// timedID is namedID as a UUIDv7 of a time, so that it sorts among ids by creation.
func timedID(at time.Time, parts ...string) string {
	id := uuid.MustParse(namedID(parts...))
	ms := uint64(at.UnixMilli())
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6] = id[6]&0x0f | 0x70
	return id.String()
}
