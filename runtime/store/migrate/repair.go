package migrate

import (
	"bytes"
	"context"
	"fmt"

	"weft/runtime/store"
	"weft/runtime/store/dump"
)

// Repair makes a collection of the target equal to that of the source. It reads
// both twice: the first pass deletes documents that differ or that the source
// does not have, which frees their unique keys; the second inserts those that
// are missing. It returns how many documents it deleted and inserted.
func (l *Loader) Repair(ctx context.Context, from store.FullReader, collection string) (int, error) {
	changed := 0
	for _, kind := range []store.OpKind{store.Delete, store.Insert} {
		r := &repair{l: l, collection: collection, kind: kind, target: cursor{from: l.to, collection: collection}}
		err := dump.Each(ctx, from, collection, "", func(docs []store.Doc) error {
			for _, d := range docs {
				if err := r.repairDocument(ctx, d); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			err = r.deleteRest(ctx)
		}
		changed += r.changed
		if err != nil {
			return changed, fmt.Errorf("repair %s: %w", collection, err)
		}
	}
	return changed, nil
}

// repair is one pass: it only deletes, or only inserts.
type repair struct {
	l          *Loader
	collection string
	kind       store.OpKind
	target     cursor
	ops        []store.Op
	bytes      int
	changed    int
}

// repairDocument compares the target with the document d of the source.
func (r *repair) repairDocument(ctx context.Context, d store.Doc) error {
	for {
		t, ok, err := r.target.peek(ctx)
		switch {
		case err != nil:
			return err
		case !ok || t.ID > d.ID:
			return r.add(ctx, store.Insert, d)
		}
		r.target.next()
		if t.ID == d.ID {
			return r.compare(ctx, d, t)
		}
		if err := r.add(ctx, store.Delete, store.Doc{ID: t.ID}); err != nil {
			return err
		}
	}
}

func (r *repair) compare(ctx context.Context, d, t store.Doc) error {
	want, err := dump.Canonical(d)
	if err != nil {
		return err
	}
	have, err := dump.Canonical(t)
	if err != nil || bytes.Equal(want, have) {
		return err
	}
	return r.add(ctx, store.Delete, store.Doc{ID: t.ID})
}

// deleteRest handles the documents after the last one of the source.
func (r *repair) deleteRest(ctx context.Context) error {
	for {
		t, ok, err := r.target.peek(ctx)
		if err != nil {
			return err
		}
		if !ok {
			return r.flush(ctx)
		}
		r.target.next()
		if err := r.add(ctx, store.Delete, store.Doc{ID: t.ID}); err != nil {
			return err
		}
	}
}

// add does one change, if it is of the kind of this pass.
func (r *repair) add(ctx context.Context, kind store.OpKind, d store.Doc) error {
	if kind != r.kind {
		return nil
	}
	r.ops = append(r.ops, store.Op{Kind: kind, Collection: r.collection, Doc: d})
	r.bytes += len(d.Body)
	if len(r.ops) < commitDocs && r.bytes < commitBytes {
		return nil
	}
	return r.flush(ctx)
}

func (r *repair) flush(ctx context.Context) error {
	if len(r.ops) == 0 {
		return nil
	}
	if err := r.l.commit(ctx, r.ops, r.l.state); err != nil {
		return err
	}
	r.changed += len(r.ops)
	r.ops, r.bytes = nil, 0
	return nil
}

// cursor reads a collection document by document.
type cursor struct {
	from       store.FullReader
	collection string
	page       []store.Doc
	after      string
	end        bool
}

// cursorPage is how many documents one read fetches.
const cursorPage = 250

func (c *cursor) peek(ctx context.Context) (store.Doc, bool, error) {
	if len(c.page) == 0 && !c.end {
		docs, err := c.from.ReadFull(ctx, c.collection, c.after, cursorPage)
		if err != nil {
			return store.Doc{}, false, err
		}
		c.page, c.end = docs, len(docs) < cursorPage
	}
	if len(c.page) == 0 {
		return store.Doc{}, false, nil
	}
	return c.page[0], true, nil
}

func (c *cursor) next() { c.after, c.page = c.page[0].ID, c.page[1:] }
