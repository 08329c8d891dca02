package mongo

import (
	"container/heap"
	"context"

	"weft/runtime/query"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
)

// Texts that no index orders may lack a kept sort key, which the database
// cannot make. Such documents are put in order here, by few members of each,
// and merged with those that the database orders.

// placed is a document with its place in the order.
type placed struct {
	doc store.Doc
	at  query.Position
}

// findKeyless reads from a snapshot.
func (q *reader) findKeyless(ctx context.Context, r *renderer, o *order, f store.Find) ([]store.Doc, error) {
	keyed, err := q.keyed(ctx, r, o, f)
	if err != nil {
		return nil, err
	}
	keyless, err := q.keyless(ctx, r, o, f)
	if err != nil {
		return nil, err
	}
	list := make([]placed, 0, min(f.Limit, len(keyed)+len(keyless)))
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
func (q *reader) keyed(ctx context.Context, r *renderer, o *order, f store.Find) ([]placed, error) {
	stages, err := r.placed(o, f.After)
	if err != nil {
		return nil, err
	}
	stages = append(stages, one("$match", one(computedKeyless, one("$eq", false))), one("$sort", o.sort()), one("$limit", f.Limit))
	if f.IDsOnly {
		stages = append(stages, one("$project", o.placing()))
	}
	var list []placed
	err = q.aggregate(ctx, r.k, stages, func(raw bson.Raw) error {
		d, err := decodeAs(raw, f.IDsOnly)
		list = append(list, placed{d, o.position(raw)})
		return err
	})
	return list, err
}

// keyless reads the first documents that have a text without a sort key.
// They come without their bodies.
func (q *reader) keyless(ctx context.Context, r *renderer, o *order, f store.Find) ([]placed, error) {
	stages, err := r.placed(o, nil)
	if err != nil {
		return nil, err
	}
	stages = append(stages, one("$match", one(computedKeyless, one("$eq", true))), one("$project", o.placing()))
	first := &latest{order: o}
	err = q.aggregate(ctx, r.k, stages, func(raw bson.Raw) error {
		p := placed{at: o.position(raw)}
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
	list := make([]placed, len(first.list))
	for i := len(list) - 1; i >= 0; i-- {
		list[i] = heap.Pop(first).(placed)
	}
	return list, err
}

// placing is a projection to what the place of a document follows from.
func (o *order) placing() bson.D {
	out := one(memberRev, 1)
	for i, t := range o.terms {
		out = append(out, bson.E{Key: computedKey(i), Value: 1})
		if ordersByKey(t.Path) {
			out = append(out, bson.E{Key: computedText(i), Value: 1})
		}
	}
	return out
}

// position is the place of a document of a computed order.
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
func (q *reader) bodies(ctx context.Context, k *collection, list []placed, bare bool) ([]store.Doc, error) {
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

// latest is a heap of documents, the last in the order first.
type latest struct {
	order *order
	list  []placed
}

func (l *latest) Len() int { return len(l.list) }

func (l *latest) Less(i, j int) bool {
	return l.list[i].at.Compare(l.list[j].at, l.order.terms, l.order.idDesc) > 0
}

func (l *latest) Swap(i, j int) { l.list[i], l.list[j] = l.list[j], l.list[i] }

func (l *latest) Push(x any) { l.list = append(l.list, x.(placed)) }

func (l *latest) Pop() any {
	last := len(l.list) - 1
	p := l.list[last]
	l.list = l.list[:last]
	return p
}
