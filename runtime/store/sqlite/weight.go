package sqlite

import (
	"context"
	"errors"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
)

// weight is what is known of the work of a find before it runs. Heavy finds wait
// for their turn, see pool.
type weight int

const (
	heavy weight = iota // may read the whole collection
	// narrow finds look at the documents of one index entry or of some ids. Those
	// are few for a reference and many for a stage, which only shows when they
	// are read.
	narrow
	light // reads little besides the documents that it returns
)

// lightTime is how long a narrow find may run before it counts as heavy.
const lightTime = 100 * time.Millisecond

// weigh tells the weight of a find.
func (k *collection) weigh(f store.Find) weight {
	switch { // the most frequent first
	case hasMatch(f.Where):
		return heavy
	case len(f.Sort) > 0 && k.served(f.Where, nil, f.Sort[0].Path) && k.covered(f.Where, f.Sort):
		return light
	case len(f.Sort) == 0 && matchesAll(f.Where):
		return light // in the order of id
	}
	fixed := fixedFields(f.Where)
	if fixed["id"] {
		return light
	}
	found := heavy
	if narrows(f.Where, "id") {
		found = narrow
	}
	for i := range k.indexes {
		switch index := &k.indexes[i]; {
		case index.fixedBy(fixed) && (index.Unique || len(f.Sort) == 0 && index.decides(f.Where)):
			return light
		case !index.Keys[0].Folded && narrows(f.Where, index.Keys[0].Path.Field):
			found = narrow
		}
	}
	return found
}

// fixedBy tells whether all keys of an index are fixed: its entries then come in
// the order of id.
func (i *index) fixedBy(fixed map[string]bool) bool {
	for _, key := range i.Keys {
		if !fixed[key.Path.Field] || key.Folded {
			return false
		}
	}
	return true
}

// narrows tells whether a condition limits a field to some values, or to a range
// with both ends.
func narrows(x query.Expr, field string) bool {
	var ends [2]bool
	return narrowsTo(x, field, &ends) || ends[0] && ends[1]
}

func narrowsTo(x query.Expr, field string, ends *[2]bool) bool {
	switch x := x.(type) {
	case query.All:
		for _, part := range x {
			if narrowsTo(part, field, ends) {
				return true
			}
		}
	case query.Cmp:
		if x.Path.Field != field || !isOwnField(x.Path) {
			return false
		}
		switch x.Op {
		case query.Eq, query.In, query.Between:
			return true
		case query.Gt, query.Ge:
			ends[0] = true
		case query.Lt, query.Le:
			ends[1] = true
		}
	}
	return false
}

// readNarrow is read for a narrow find; when it takes too long it is repeated as
// a heavy one.
func (s *Store) readNarrow(ctx context.Context, fn func(*reader) error) error {
	limited, cancel := context.WithTimeoutCause(ctx, lightTime, errHeavy)
	defer cancel()
	err := s.read(limited, func(q *reader) error { q.limited = limited; return fn(q) })
	if err == nil || ctx.Err() != nil || !errors.Is(context.Cause(limited), errHeavy) {
		return err
	}
	return s.readHeavy(ctx, fn)
}

var errHeavy = errors.New("sqlite: the read is heavy")
