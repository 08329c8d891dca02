package transfer

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"weft/runtime/model"
	"weft/runtime/problem"
)

// outcome of resolving the text of a reference.
type outcome int

const (
	resolved outcome = iota
	deferred         // the target comes on a row that has not been imported yet
	missing
	ambiguous
)

// refKey names a field by which records of an entity are referred to; field is
// "" for the id.
type refKey struct{ entity, field string }

// resolver turns the texts of references into ids. It remembers the records it
// found, not the missing ones: those may still be imported.
type resolver struct {
	lookup lookup
	cells  cellReader
	by     string // user id
	known  map[refKey]map[any]match
	// upcoming holds the values that the files will bring, with the last step
	// that brings them.
	upcoming map[refKey]map[any]int
	dryRun   bool
}

// maxKnown bounds the remembered look-ups of one field.
const maxKnown = 200_000

// load looks up all texts of one column together.
func (r *resolver) load(ctx context.Context, c *boundColumn, texts []string) error {
	target := c.field.Target
	if byID(c) {
		if err := r.loadBy(ctx, target, nil, texts); err != nil {
			return err
		}
	}
	for _, f := range c.by {
		if err := r.loadBy(ctx, target, f, texts); err != nil {
			return err
		}
	}
	return nil
}

// byID tells whether a cell of the column may hold the id of its target.
func byID(c *boundColumn) bool { return c.spec.Reference == "" || c.spec.Reference == idField }

func (r *resolver) loadBy(ctx context.Context, e *model.Entity, f *model.Field, texts []string) error {
	key := refKeyOf(e, f)
	known := r.known[key]
	if known == nil || len(known) > maxKnown {
		known = map[any]match{}
		r.known[key] = known
	}
	var want []any
	asked := map[any]bool{}
	for _, t := range texts {
		v, ok := r.value(f, t)
		if _, have := known[v]; ok && !have && !asked[v] {
			asked[v] = true
			if want = append(want, v); f == nil {
				want = append(want, derivedID(r.by, e.Key, v))
			}
		}
	}
	got, err := r.lookup.find(ctx, e, f, want)
	for v, x := range got {
		x.doc = nil
		known[v] = x
	}
	return err
}

func (r *resolver) value(f *model.Field, text string) (any, bool) {
	if f != nil {
		return r.cells.storedValue(f, text)
	}
	id, err := uuid.Parse(strings.TrimSpace(text))
	return id.String(), err == nil && len(strings.TrimSpace(text)) == 36
}

// id gives the id that a text means, once load has seen it.
func (r *resolver) id(s *step, c *boundColumn, text string) (string, outcome) {
	result := missing
	fields := c.by
	if byID(c) {
		fields = append([]*model.Field{nil}, fields...)
	}
	for _, f := range fields {
		v, ok := r.value(f, text)
		if !ok {
			continue
		}
		key := refKeyOf(c.field.Target, f)
		x, ok := r.known[key][v]
		if !ok && f == nil {
			x, ok = r.known[key][derivedID(r.by, c.field.Target.Key, v)]
		}
		if ok {
			if x.n > 1 {
				return "", ambiguous
			}
			return x.id, resolved
		}
		if from, ok := r.upcoming[key][v]; ok && (from >= s.index || r.dryRun) {
			result = deferred
		}
	}
	return "", result
}

func refKeyOf(e *model.Entity, f *model.Field) refKey {
	if f == nil {
		return refKey{e.Key, ""}
	}
	return refKey{e.Key, f.Key}
}

// problemOf says why a reference has no id.
func problemOf(o outcome, c *boundColumn) *problem.Field {
	if o == ambiguous {
		return cellProblem("import_many_match", "entity", c.field.Target.Def.Title)
	}
	return cellProblem("import_no_match", "entity", c.field.Target.Def.Title)
}
