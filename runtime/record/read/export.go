package read

import (
	"context"

	"weft/runtime/access"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

const (
	// eachPage is how many records Each reads at once.
	eachPage = 500
	// exportsAtOnce bounds the snapshots that are held while their callers do
	// other reads: a store has few connections, and they must not all wait for
	// one more.
	exportsAtOnce = 2
	// exportsPerUser leaves a slot to others while one user exports.
	exportsPerUser = 1
)

// ForEachExported calls fn with every record that the query finds and the caller may
// export, on one snapshot: in stored form, cut to the readable fields; clocks as on the wire. Without
// a Limit all records come; a Cursor, Expand or Count is refused. An error of fn ends it and comes back as it is.
func (s *Service) ForEachExported(ctx context.Context, actor *access.Actor, entity string, q Query, fn func(stored map[string]any) error) error {
	r, err := s.reading(ctx, actor, entity, schemas.OpExport)
	if err != nil {
		return err
	}
	left := 0
	if q.Limit != 0 {
		left = r.limit(q.Limit)
	}
	r.refuseUnused(q)
	q.Limit, q.Cursor = eachPage, ""
	terms := r.sort(q.Sort)
	find := r.find(r.filter(q.Where, q.Search, schemas.OpExport), terms, q)
	fields := r.fields(q.Fields)
	if err := r.invalid(); err != nil {
		return err
	}
	release, err := s.exporting.Acquire(ctx, r.rights.Actor.UserID)
	if err != nil {
		return err
	}
	defer release()
	select {
	case s.exports <- struct{}{}:
		defer func() { <-s.exports }()
	case <-ctx.Done():
		return ctx.Err()
	}
	e := exportRun{reading: r, find: find, terms: terms, fields: fields, left: left, fn: fn}
	return s.store.View(ctx, func(snapshot store.Reader) error {
		r.from = snapshot
		return e.run(ctx)
	})
}

// refuseUnused refuses parameters of a query that mean nothing to an export.
func (r *entityRequest) refuseUnused(q Query) {
	for name, given := range map[string]bool{"/cursor": q.Cursor != "", "/expand": q.Expand != nil, "/count": q.Count != ""} {
		if given {
			r.fail(name, "not_in_export")
		}
	}
}

// exportRun is one run over all pages of a query.
type exportRun struct {
	*reading
	find   store.Find
	terms  []query.SortTerm
	fields map[string]bool
	left   int // 0: all
	fn     func(map[string]any) error
}

func (e *exportRun) run(ctx context.Context) error {
	for {
		docs, err := e.from.Find(ctx, e.entity.Key, e.find)
		if err != nil {
			return readError("export", err)
		}
		more := len(docs) == e.find.Limit
		if more {
			docs = docs[:e.find.Limit-1]
		}
		for _, d := range docs {
			if err := e.deliver(d); err != nil {
				return err
			}
			if e.left--; e.left == 0 {
				return nil
			}
		}
		if !more {
			return nil
		}
		p, err := e.position(ctx, docs[len(docs)-1], e.terms)
		if err != nil {
			return err
		}
		e.find.After = (*store.Position)(&p)
	}
}

// deliver gives fn a record cut to what may be read of it.
func (e *exportRun) deliver(d store.Doc) error {
	doc, err := Decode(d)
	if err != nil {
		return err
	}
	e.entity.ComputeClockFormulas(doc, e.now())
	e.entity.TellClocks(doc, e.times, e.now())
	cutDoc(doc, e.rights.ReadMask(e.entity.Key, doc), e.fields)
	return e.fn(doc)
}

// cutDoc removes from doc what is not in the mask or was not asked for; id and
// rev stay.
func cutDoc(doc map[string]any, mask *access.Mask, fields map[string]bool) {
	if mask.All() && fields == nil {
		return
	}
	for key := range doc {
		asked := fields == nil || fields[key] || key == "id" || key == "rev"
		if !asked || !mask.Has(key) {
			delete(doc, key)
		}
	}
}
