package mongo

import (
	"fmt"
	"maps"

	"weft/runtime/query"
	"weft/runtime/store"
)

// storedForms is what documents store for one field beside its value.
type storedForms struct {
	// Native is the native kind of the values, 0 when they are stored as their
	// JSON; Mixed says that some values may be of another kind.
	Native query.Kind `bson:"native,omitempty"`
	Mixed  bool       `bson:"mixed,omitempty"`
	// Fold: the folded text is stored where it differs from the value; Folded:
	// always.
	Fold   bool `bson:"fold,omitempty"`
	Folded bool `bson:"folded,omitempty"`
	// Sorted: every set text has its sort key.
	Sorted bool `bson:"sorted,omitempty"`
	// Unset: a mark is stored where there is no value.
	Unset bool `bson:"unset,omitempty"`
}

// wantedForms is what encode stores for a field.
func (c *collection) wantedForms(field string) storedForms {
	m := c.fields[field]
	if m == nil {
		return storedForms{}
	}
	k := storedForms{Fold: m.fold || m.folded, Folded: m.folded, Sorted: m.sorted, Unset: m.unset >= 0}
	if m.kind == query.Decimal || m.kind == query.Instant {
		k.Native = m.kind
	}
	return k
}

// allFormsHeld lets reads use everything that encode stores.
func (c *collection) allFormsHeld() {
	c.heldForms = make(map[string]storedForms, len(c.fields))
	for field := range c.fields {
		c.heldForms[field] = c.wantedForms(field)
	}
}

// limitForms limits what reads use to what was held before, nil for unknown.
func (c *collection) limitForms(before map[string]storedForms) {
	fields := maps.Clone(c.heldForms)
	if before != nil {
		maps.Copy(fields, before)
	}
	for field := range fields {
		was, is := before[field], c.heldForms[field]
		is.Mixed = is.Mixed || was.Mixed || is.Native != was.Native
		is.Fold, is.Folded = is.Fold && was.Fold, is.Folded && was.Folded
		is.Sorted, is.Unset = is.Sorted && was.Sorted, is.Unset && was.Unset
		c.heldForms[field] = is
	}
}

// inTransition is a new definition whose reads use no more than what was held
// before.
func (c *collection) inTransition(before map[string]storedForms) *collection {
	next := *c
	next.unfinished, next.heldForms = true, maps.Clone(c.heldForms)
	next.limitForms(before)
	return &next
}

// keepsFold tells whether foldField holds the folded text where it differs from
// the value; alwaysFolds whether it does so for every text.
func (c *collection) keepsFold(field string) bool { return c.heldForms[field].Fold }

func (c *collection) alwaysFolds(field string) bool { return c.heldForms[field].Folded }

// keepsSort tells whether every set text of the field has its sort key.
func (c *collection) keepsSort(field string) bool { return c.heldForms[field].Sorted }

// marksUnset tells whether unsetField is stored.
func (c *collection) marksUnset(field string) bool { return c.heldForms[field].Unset }

// requireOneKind refuses to compare values while they are being converted to
// the kind of a new definition.
func (r *renderer) requireOneKind(k *collection, field string) {
	if k.heldForms[field].Mixed {
		r.fail(fmt.Errorf("%w: the values of %s of %s are being converted", store.ErrUnavailable, field, k.Name))
	}
}
