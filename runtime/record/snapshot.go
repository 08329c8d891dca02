package record

import (
	"context"
	"errors"
	"maps"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// snapshot reads records as they will be after the changeset: from its changes
// first, then from the store, each document once. It remembers the revisions
// that were relied on; the commit expects them.
type snapshot struct {
	*callContext
	changes []*change
	index   map[docKey]*change
	cached  map[docKey]*cachedDoc
	relied  map[docKey]int64 // 0 for documents that must not exist
}

// cachedDoc is a document that was only read; without a body it does not exist.
type cachedDoc struct {
	rev  int64
	body []byte
	doc  map[string]any // decoded on demand
}

func (sn *snapshot) add(ch *change) *change {
	sn.changes = append(sn.changes, ch)
	sn.index[docKey{ch.entity.Key, ch.id}] = ch
	return ch
}

// load brings a record into the changeset; store.ErrNotFound when there is none.
func (sn *snapshot) load(ctx context.Context, e *model.Entity, id string) (*change, error) {
	if ch := sn.index[docKey{e.Key, id}]; ch != nil {
		if ch.after == nil {
			return nil, store.ErrNotFound
		}
		return ch, nil
	}
	d, err := sn.readCached(ctx, docKey{e.Key, id})
	if err != nil {
		return nil, err
	}
	if d.body == nil {
		return nil, store.ErrNotFound
	}
	return sn.asChange(e, store.Doc{ID: id, Rev: d.rev, Body: d.body})
}

// asChange makes a change of a document that was read; it changes nothing yet.
func (sn *snapshot) asChange(e *model.Entity, d store.Doc) (*change, error) {
	if ch := sn.index[docKey{e.Key, d.ID}]; ch != nil {
		return ch, nil
	}
	before, err := read.Decode(d)
	if err != nil {
		return nil, err
	}
	return sn.add(&change{entity: e, id: d.ID, before: before, after: copyDoc(before), rev: d.Rev}), nil
}

func copyDoc(doc map[string]any) map[string]any {
	c := make(map[string]any, len(doc)+4)
	maps.Copy(c, doc)
	return c
}

// find reads a record as it will be after this changeset; nil when there is none.
// With rely set the commit fails over when its revision has moved on.
func (sn *snapshot) find(ctx context.Context, collection, id string, rely bool) (map[string]any, error) {
	k := docKey{collection, id}
	if ch := sn.index[k]; ch != nil {
		if rely && ch.op == "" {
			sn.expectRevision(k, ch.rev)
		}
		return ch.after, nil
	}
	d, err := sn.readCached(ctx, k)
	if err != nil {
		return nil, err
	}
	if rely {
		sn.expectRevision(k, d.rev)
	}
	if d.body == nil {
		return nil, nil
	}
	if d.doc == nil {
		if d.doc, err = read.Decode(store.Doc{ID: id, Rev: d.rev, Body: d.body}); err != nil {
			return nil, err
		}
	}
	return d.doc, nil
}

// readCached reads a document once per changeset; one that does not exist has no body.
func (sn *snapshot) readCached(ctx context.Context, k docKey) (*cachedDoc, error) {
	if d := sn.cached[k]; d != nil {
		return d, nil
	}
	d, err := sn.s.store.Get(ctx, k.collection, k.id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return sn.cache(k, d), nil
}

// unchanged tells whether the changeset leaves a document as it is.
func (sn *snapshot) unchanged(k docKey) bool {
	ch := sn.index[k]
	return ch == nil || ch.op == ""
}

// expectRevision makes the commit expect a revision, 0 for a document that does not exist.
func (sn *snapshot) expectRevision(k docKey, rev int64) {
	if sn.relied == nil {
		sn.relied = map[docKey]int64{}
	}
	sn.relied[k] = rev
}

// matches tells whether a record matches a filter under the call's relative
// values; records across references are read, and relied on when rely is set.
func (sn *snapshot) matches(ctx context.Context, f query.Filter, e *model.Entity, doc map[string]any, rely bool) (bool, error) {
	if f.IsZero() {
		return true, nil
	}
	x, ps := f.Bind(sn.env(), e, nil)
	if len(ps) > 0 {
		return false, problem.Of(problem.Internal, ps...)
	}
	var failed error
	ok := query.Matches(x, doc, func(collection, id string) map[string]any {
		far, err := sn.find(ctx, collection, id, rely)
		if err != nil {
			failed = err
		}
		return far
	})
	return ok, failed
}

func (sn *snapshot) cache(k docKey, d store.Doc) *cachedDoc {
	if sn.cached == nil {
		sn.cached = map[docKey]*cachedDoc{}
	}
	c := &cachedDoc{rev: d.Rev, body: d.Body}
	sn.cached[k] = c
	return c
}

// prefetch reads documents at once that will be loaded one by one.
func (sn *snapshot) prefetch(ctx context.Context, collection string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	docs, err := sn.s.store.GetMany(ctx, collection, ids)
	for _, d := range docs {
		sn.cache(docKey{collection, d.ID}, d)
	}
	return err
}

// expectations are the revisions that must still hold at the commit. Changed
// records are guarded by their own write.
func (sn *snapshot) expectations() []store.Expect {
	list := make([]store.Expect, 0, len(sn.relied))
	for k, rev := range sn.relied {
		if ch := sn.index[k]; ch == nil || ch.op == "" {
			list = append(list, store.Expect{Collection: k.collection, ID: k.id, Rev: rev})
		}
	}
	return list
}

// newChange begins a new record.
func (sn *snapshot) newChange(e *model.Entity) *change {
	id := sn.nextID()
	after := make(map[string]any, len(e.Fields)+6)
	after["id"], after["created_at"], after["updated_at"] = id, sn.stamp, sn.stamp
	if by := sn.call.Actor.UserID; by != "" {
		after["created_by"], after["updated_by"] = by, by
	}
	return sn.add(&change{entity: e, id: id, op: opCreate, after: after})
}
