package mongo

import (
	"container/heap"
	"context"

	"weft/runtime/query"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
)

// Texts of fields that are in no index may lack a stored sort key, which the
// database cannot compute. Such documents are sorted here, by a few members of
// each, and merged with those that the database sorts.

// positionedDoc is a document with its position in the order.
type positionedDoc struct {
	doc store.Doc
	at  query.Position
}

// findKeyless needs a reader of a snapshot.
func (q *reader) findKeyless(ctx context.Context, r *renderer, o *order, f store.Find) ([]store.Doc, error) {
	keyed, err := q.keyed(ctx, r, o, f)
	if err != nil {
		return nil, err
	}
	keyless, err := q.keyless(ctx, r, o, f)
	if err != nil {
		return nil, err
	}
	list := make([]positionedDoc, 0, min(f.Limit, len(keyed)+len(keyless)))
	for len(list) < f.Limit && (len(keyed) > 0 || len(keyless) > 0) {
		if len(keyless) == 0 || len(keyed) > 0 && keyed[0].at.Compare(keyless[0].at, o.terms, o.idDesc) < 0 {
			list, keyed = append(list, keyed[0]), keyed[1:]
		} else {
			list, keyless = append(list, keyless[0]), keyless[1:]
		}
	}
	return q.bodies(ctx, r.k, list, f.IDsOnly)
}

// keyed reads the documents whose texts all have sort keys.
func (q *reader) keyed(ctx context.Context, r *renderer, o *order, f store.Find) ([]positionedDoc, error) {
	stages, err := r.unsortedStages(o, f.After)
	if err != nil {
		return nil, err
	}
	stages = append(stages, one("$match", one(computedKeyless, one("$eq", false))), one("$sort", o.sort()), one("$limit", f.Limit))
	if f.IDsOnly {
		stages = append(stages, one("$project", o.positionProjection()))
	}
	var list []positionedDoc
	err = q.aggregate(ctx, r.k, stages, func(raw bson.Raw) error {
		d, err := decodeAs(raw, f.IDsOnly)
		list = append(list, positionedDoc{d, o.position(raw)})
		return err
	})
	return list, err
}

// keyless reads the first documents that have a text without a sort key,
// without their bodies.
func (q *reader) keyless(ctx context.Context, r *renderer, o *order, f store.Find) ([]positionedDoc, error) {
	stages, err := r.unsortedStages(o, nil)
	if err != nil {
		return nil, err
	}
	stages = append(stages, one("$match", one(computedKeyless, one("$eq", true))), one("$project", o.positionProjection()))
	first := &positionHeap{order: o}
	err = q.aggregate(ctx, r.k, stages, func(raw bson.Raw) error {
		p := positionedDoc{at: o.position(raw)}
		if f.After != nil && p.at.Compare(query.Position(*f.After), o.terms, o.idDesc) <= 0 {
			return nil
		}
		if len(first.list) == f.Limit {
			if p.at.Compare(first.list[0].at, o.terms, o.idDesc) > 0 {
				return nil
			}
			heap.Pop(first)
		}
		p.doc, err = decodeBare(raw)
		heap.Push(first, p)
		return err
	})
	list := make([]positionedDoc, len(first.list))
	for i := len(list) - 1; i >= 0; i-- {
		list[i] = heap.Pop(first).(positionedDoc)
	}
	return list, err
}

// positionProjection projects to what the position of a document is made of.
func (o *order) positionProjection() bson.D {
	out := one(memberRev, 1)
	for i, t := range o.terms {
		out = append(out, bson.E{Key: computedKey(i), Value: 1})
		if ordersByKey(t.Path) {
			out = append(out, bson.E{Key: computedText(i), Value: 1})
		}
	}
	return out
}

// position is the position of a document in a computed order.
func (o *order) position(raw bson.Raw) query.Position {
	id, _ := raw.Lookup(memberID).StringValueOK()
	p := query.Position{ID: id, Values: make([]any, len(o.terms))}
	for i, t := range o.terms {
		p.Values[i] = stored(raw.Lookup(computedKey(i)))
		if p.Values[i] == nil && ordersByKey(t.Path) {
			if text, ok := raw.Lookup(computedText(i)).StringValueOK(); ok {
				p.Values[i] = query.SortKey(text)
			}
		}
	}
	return p
}

// bodies reads the bodies that a list still lacks.
func (q *reader) bodies(ctx context.Context, k *collection, list []positionedDoc, bare bool) ([]store.Doc, error) {
	docs := make([]store.Doc, len(list))
	var ids []string
	for i, p := range list {
		docs[i] = p.doc
		if !bare && p.doc.Body == nil {
			ids = append(ids, p.doc.ID)
		}
	}
	if len(ids) == 0 {
		return docs, nil
	}
	found, err := q.GetMany(ctx, k.Name, ids)
	for i := range docs {
		if len(found) > 0 && docs[i].ID == found[0].ID {
			docs[i], found = found[0], found[1:]
		}
	}
	return docs, err
}

// positionHeap is a heap of documents, the last in the order first.
type positionHeap struct {
	order *order
	list  []positionedDoc
}

func (l *positionHeap) Len() int { return len(l.list) }

func (l *positionHeap) Less(i, j int) bool {
	return l.list[i].at.Compare(l.list[j].at, l.order.terms, l.order.idDesc) > 0
}

func (l *positionHeap) Swap(i, j int) { l.list[i], l.list[j] = l.list[j], l.list[i] }

func (l *positionHeap) Push(x any) { l.list = append(l.list, x.(positionedDoc)) }

func (l *positionHeap) Pop() any {
	last := len(l.list) - 1
	p := l.list[last]
	l.list = l.list[:last]
	return p
}
