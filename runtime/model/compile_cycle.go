package model

import (
	"slices"
	"strings"
)

// cycles finds computed fields that depend on themselves, across entities too,
// and orders the formulas and clocks of each entity so that what one reads comes
// before it.
func (c *compiler) cycles() {
	w := &cycleFinder{c: c, done: map[*Field]bool{}}
	for _, e := range c.order {
		for _, f := range e.Fields {
			w.visit(f)
		}
	}
}

// cycleFinder goes depth first along what computed fields read.
type cycleFinder struct {
	c    *compiler
	done map[*Field]bool
	path []*Field
}

func (w *cycleFinder) visit(f *Field) {
	if f.Formula == nil && f.RollUp == nil && f.Clock == nil || w.done[f] {
		return
	}
	if i := slices.Index(w.path, f); i >= 0 {
		w.report(w.path[i:])
		return
	}
	w.path = append(w.path, f)
	for _, source := range f.Sources() {
		if source.Field != nil {
			w.visit(source.Field)
		}
	}
	w.path = w.path[:len(w.path)-1]
	w.done[f] = true
	if f.RollUp == nil {
		f.Entity.Formulas = append(f.Entity.Formulas, f)
	}
	if f.Formula != nil {
		w.c.clock(f)
	}
}

func (w *cycleFinder) report(cycle []*Field) {
	names := make([]string, 0, len(cycle)+1)
	for _, f := range append(cycle, cycle[0]) {
		names = append(names, f.Entity.Key+"."+f.Key)
	}
	first := cycle[0]
	w.c.fail(at(first.Entity.Def, "properties", first.Key), "cycle", "way", strings.Join(names, " → "))
}

// Source is what a computed field is computed from: a field, or with Field nil
// the records of Entity as such.
type Source struct {
	Entity *Entity
	Field  *Field
	// Across sources are read from other records than the one that holds the field.
	Across bool
}

// Sources lists what a formula, roll-up or clock is computed from, directly.
func (f *Field) Sources() []Source {
	var out []Source
	if f.Formula != nil {
		for _, path := range f.Formula.Paths() {
			out = append(out, f.pathSources(path)...)
		}
	}
	if r := f.RollUp; r != nil {
		out = append(out, Source{Entity: r.Entity, Field: r.Of, Across: true})
		for _, p := range r.Where.Fields() {
			if own := r.Entity.ByKey[p.Holder()]; own != nil && p.Through == "" {
				out = append(out, Source{Entity: r.Entity, Field: own, Across: true})
			}
		}
	}
	if f.Clock != nil {
		for _, own := range f.Clock.Inputs() {
			out = append(out, Source{Entity: f.Entity, Field: own})
		}
	}
	return out
}

// pathSources is a field of the record, or a reference with what it leads to.
func (f *Field) pathSources(path string) []Source {
	via, of, ok := f.Entity.follow(path)
	switch {
	case !ok:
		return nil
	case via != nil:
		return []Source{{Entity: f.Entity, Field: via}, {Entity: via.Target, Field: via.Target.ByKey[of.Key], Across: true}}
	case f.Entity.ByKey[of.Key] != nil:
		return []Source{{Entity: f.Entity, Field: f.Entity.ByKey[of.Key]}}
	}
	return nil
}
