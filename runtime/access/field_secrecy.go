package access

import (
	"slices"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// secrecy is what a computed field needs of its sources before it is readable:
// it is as secret as the most secret of them, unless its definition says
// x-reveals.
type secrecy struct {
	// hidden: a source of other records is not readable on every one of them.
	hidden bool
	// own are fields of the same record that must be readable on it.
	own []string
}

// limitComputed hides computed fields where a source is not readable.
func (r *Rights) limitComputed() {
	known := map[*model.Field]secrecy{}
	for _, e := range r.entities {
		for _, f := range e.Entity.Fields {
			if s := r.secrecy(f, known); s.hidden || len(s.own) > 0 {
				if e.secrecy == nil {
					e.secrecy = map[string]secrecy{}
				}
				e.secrecy[f.Key] = s
			}
		}
	}
	for _, e := range r.entities {
		e.limitFields()
	}
}

// secrecy of a field, through the computed fields that it reads. Definitions
// have no circles.
func (r *Rights) secrecy(f *model.Field, known map[*model.Field]secrecy) secrecy {
	if s, ok := known[f]; ok || f.Def.Reveals || f.Formula == nil && f.RollUp == nil && f.Clock == nil {
		return s
	}
	var s secrecy
	for _, source := range f.Sources() {
		if source.Across {
			s.hidden = s.hidden || !r.readsAll(f, source, known)
			if c := source.Entity.Child; c != nil && c.Parent == f.Entity && c.In != nil {
				s.own = append(s.own, c.In.Key)
			}
			continue
		}
		next := r.secrecy(source.Field, known)
		s.hidden = s.hidden || next.hidden
		s.own = append(append(s.own, source.Field.Key), next.own...)
	}
	slices.Sort(s.own)
	s.own = slices.Compact(s.own)
	known[f] = s
	return s
}

// readsAll tells whether the actor reads a source of f on every record there is,
// or, when the records are child rows of f's entity, on every row of a record
// that the actor reads.
func (r *Rights) readsAll(f *model.Field, source model.Source, known map[*model.Field]secrecy) bool {
	e := r.entities[source.Entity.Key]
	if e == nil {
		return false
	}
	rows, ok := e.scopes[schemas.OpRead]
	whole := canonical(rows)
	if c := source.Entity.Child; c != nil && c.Parent == f.Entity {
		rows = e.ownScope
	}
	if !ok || rows != nil {
		return false
	}
	if source.Field == nil {
		return true
	}
	s := r.secrecy(source.Field, known)
	readable := func(key string) bool { c, ok := e.fields[key]; return ok && canonical(c.rows) == whole }
	return readable(source.Field.Key) && !s.hidden && !slices.ContainsFunc(s.own, func(key string) bool { return !readable(key) })
}

// limitFields narrows the rows of each computed field to those of its sources.
func (e *EntityRights) limitFields() {
	if e.secrecy == nil || e.fields == nil {
		return
	}
	granted, whole := e.fields, canonical(e.scopes[schemas.OpRead])
	e.fields = make(map[string]fieldScope, len(granted))
	uniform := true
	for key, c := range granted {
		if _, computed := e.secrecy[key]; computed {
			rows, ok := e.sourceRows(key, c.rows, granted)
			if !ok {
				continue
			}
			if c = (fieldScope{rows: rows}); canonical(rows) != whole {
				c.limit = rows
			}
		}
		uniform = uniform && c.limit == nil
		e.fields[key] = c
	}
	e.uniform = nil
	if uniform {
		e.uniform = newMask(e.Entity, func(key string) bool { _, ok := e.fields[key]; return ok })
	}
}

func (e *EntityRights) sourceRows(key string, rows query.Expr, granted map[string]fieldScope) (query.Expr, bool) {
	s := e.secrecy[key]
	for _, own := range s.own {
		c, ok := granted[own]
		if !ok {
			return nil, false
		}
		if canonical(c.rows) != canonical(rows) {
			rows = both(rows, c.rows)
		}
	}
	return rows, !s.hidden
}

// reveals tells whether a field that a row's grants name is also readable by
// its sources; has are the fields that the grants name.
func (e *EntityRights) reveals(key string, has func(key string) bool) bool {
	s := e.secrecy[key]
	return !s.hidden && !slices.ContainsFunc(s.own, func(own string) bool { return !has(own) })
}
