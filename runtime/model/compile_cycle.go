package model

import (
	"slices"
	"strings"
)

// cycles finds computed fields that depend on themselves, across entities too,
// and orders the formulas of each entity so that what a formula reads comes
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
	if f.Formula == nil && f.RollUp == nil || w.done[f] {
		return
	}
	if i := slices.Index(w.path, f); i >= 0 {
		w.report(w.path[i:])
		return
	}
	w.path = append(w.path, f)
	for _, source := range f.reads() {
		w.visit(source)
	}
	w.path = w.path[:len(w.path)-1]
	w.done[f] = true
	if f.Formula != nil {
		f.Entity.Formulas = append(f.Entity.Formulas, f)
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

// reads lists the fields that a computed field is computed from.
func (f *Field) reads() []*Field {
	var out []*Field
	if f.Formula != nil {
		for _, path := range f.Formula.Paths() {
			via, of, ok := f.Entity.follow(path)
			holder := f.Entity
			if via != nil {
				holder = via.Target
			}
			if own := holder.ByKey[of.Key]; ok && own != nil {
				out = append(out, own)
			}
		}
	}
	if r := f.RollUp; r != nil {
		if r.Of != nil {
			out = append(out, r.Of)
		}
		for _, p := range r.Where.Fields() {
			if own := r.Entity.ByKey[p.Field]; own != nil && p.Through == "" {
				out = append(out, own)
			}
		}
	}
	return out
}
