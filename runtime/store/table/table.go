// Package table reads and writes Go structs as documents of a store: one
// collection, one row type. It is for the collections that weft keeps for
// itself (sessions, jobs, drafts, …); records are built by package record.
package table

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"weft/runtime/query"
	"weft/runtime/store"
)

// Table is a collection whose documents are rows of type R in JSON.
type Table[R any] struct {
	Collection string
	key        func(*R) (id *string, rev *int64)
}

// New makes a Table. key points to the members of a row that hold its id and
// its revision; in JSON they must be called "id" and "rev". The revision of a
// row is the one it was read with, 0 for a row that is not stored yet.
func New[R any](collection string, key func(*R) (id *string, rev *int64)) Table[R] {
	return Table[R]{collection, key}
}

// Get reads one row; it fails with store.ErrNotFound.
func (t Table[R]) Get(ctx context.Context, from store.Reader, id string) (R, error) {
	d, err := from.Get(ctx, t.Collection, id)
	if err != nil {
		var none R
		return none, fmt.Errorf("read %s/%s: %w", t.Collection, id, err)
	}
	return t.Decode(d)
}

// GetMany reads the rows that exist, in the order of ids.
func (t Table[R]) GetMany(ctx context.Context, from store.Reader, ids []string) ([]R, error) {
	return t.decodeAll(from.GetMany(ctx, t.Collection, ids))
}

// Find reads at most f.Limit rows.
func (t Table[R]) Find(ctx context.Context, from store.Reader, f store.Find) ([]R, error) {
	return t.decodeAll(from.Find(ctx, t.Collection, f))
}

// pageSize is how many documents one call of the store reads or deletes.
const pageSize = 500

// Each reads all rows that match where (nil: all) in the order of their ids,
// page by page. It ends with the first error.
func (t Table[R]) Each(ctx context.Context, from store.Reader, where query.Expr) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		for d, err := range store.Each(ctx, from, t.Collection, store.Find{Where: where, Limit: pageSize}) {
			var r R
			if err != nil {
				err = fmt.Errorf("read %s: %w", t.Collection, err)
			} else {
				r, err = t.Decode(d)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// Decode reads a document of the collection, as Claim and Watch give it.
// Numbers in members of type any become json.Number, so that amounts stay exact.
func (t Table[R]) Decode(d store.Doc) (R, error) {
	var r R
	dec := json.NewDecoder(bytes.NewReader(d.Body))
	dec.UseNumber()
	if err := dec.Decode(&r); err != nil {
		return r, fmt.Errorf("decode %s/%s: %w", t.Collection, d.ID, err)
	}
	id, rev := t.key(&r)
	*id, *rev = d.ID, d.Rev
	return r, nil
}

func (t Table[R]) decodeAll(docs []store.Doc, err error) ([]R, error) {
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.Collection, err)
	}
	rows := make([]R, len(docs))
	for i, d := range docs {
		if rows[i], err = t.Decode(d); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// Put is the operation that writes r under its next revision: an insertion when
// r is not stored yet, else a replacement of exactly the revision that was read.
// When another writer was faster, the commit fails; see store.LostRace.
func (t Table[R]) Put(r R) (store.Op, error) {
	id, rev := t.key(&r)
	op := store.Op{Kind: store.Replace, Collection: t.Collection, OldRev: *rev}
	if *rev == 0 {
		op.Kind = store.Insert
	}
	*rev++
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return op, fmt.Errorf("encode %s/%s: %w", t.Collection, *id, err)
	}
	op.Doc = store.Doc{ID: *id, Rev: *rev, Body: bytes.TrimSuffix(body.Bytes(), []byte("\n"))}
	return op, nil
}

// Delete is the operation that deletes exactly the revision of r that was read.
func (t Table[R]) Delete(r R) store.Op {
	id, rev := t.key(&r)
	op := Delete(t.Collection, *id)
	op.OldRev = *rev
	return op
}

// Save commits r, with further operations before it, and moves its revision on.
func (t Table[R]) Save(ctx context.Context, to store.Store, r *R, before ...store.Op) error {
	op, err := t.Put(*r)
	if err != nil {
		return err
	}
	if err := to.Commit(ctx, &store.Batch{Ops: append(before[:len(before):len(before)], op)}); err != nil {
		return fmt.Errorf("write %s/%s: %w", t.Collection, op.Doc.ID, err)
	}
	_, rev := t.key(r)
	*rev = op.Doc.Rev
	return nil
}

// Remove commits the deletion of r.
func (t Table[R]) Remove(ctx context.Context, from store.Store, r R) error {
	if err := from.Commit(ctx, &store.Batch{Ops: []store.Op{t.Delete(r)}}); err != nil {
		id, _ := t.key(&r)
		return fmt.Errorf("delete %s/%s: %w", t.Collection, *id, err)
	}
	return nil
}

// Delete is the operation that deletes a document whatever its revision is; a
// document that does not exist is no error.
func Delete(collection, id string) store.Op {
	return store.Op{Kind: store.Delete, Collection: collection, Doc: store.Doc{ID: id}}
}

// DeleteWhere deletes the documents of a collection that match, in batches with
// a commit each, and tells how many.
func DeleteWhere(ctx context.Context, s store.Store, collection string, where query.Expr) (int, error) {
	for n := 0; ; {
		docs, err := s.Find(ctx, collection, store.Find{Where: where, Limit: pageSize, IDsOnly: true})
		if err != nil {
			return n, fmt.Errorf("read %s: %w", collection, err)
		}
		b := &store.Batch{Ops: make([]store.Op, len(docs))}
		for i, d := range docs {
			b.Ops[i] = Delete(collection, d.ID)
		}
		if len(docs) > 0 {
			if err := s.Commit(ctx, b); err != nil {
				return n, fmt.Errorf("delete from %s: %w", collection, err)
			}
		}
		n += len(docs)
		if len(docs) < pageSize {
			return n, nil
		}
	}
}
