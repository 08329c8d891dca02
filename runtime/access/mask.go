package access

import (
	"slices"
	"sync"

	"weft/runtime/model"
	"weft/schemas"
)

// Mask is a set of fields of one entity. It is immutable; equal masks of one
// Rights are the same pointer, so callers may keep what they derive from it.
type Mask struct {
	all  bool
	keys map[string]bool
}

var allFields = &Mask{all: true}

// All tells that every field is in the mask.
func (m *Mask) All() bool { return m.all }

// Has tells whether a field is in the mask; system fields always are.
func (m *Mask) Has(key string) bool {
	return m.all || m.keys[key] || model.IsSystem(key)
}

// Empty tells that no field but the system's is in the mask.
func (m *Mask) Empty() bool { return !m.all && len(m.keys) == 0 }

func newMask(e *model.Entity, has func(key string) bool) *Mask {
	m := &Mask{all: true, keys: map[string]bool{}}
	for _, f := range e.Fields {
		if has(f.Key) {
			m.keys[f.Key] = true
		} else {
			m.all = false
		}
	}
	if m.all {
		return allFields
	}
	return m
}

// maskCache keeps the mask of each combination of grants that rows were found in.
type maskCache struct{ m sync.Map }

// maskKey names a combination of grants; entities with more grants for one
// actor than it has bits are not cached.
type maskKey struct {
	bits  uint64
	write bool
}

// ReadMask is the set of fields readable on this row.
func (r *Rights) ReadMask(entity string, doc map[string]any) *Mask {
	if r.Actor.Admin {
		return allFields
	}
	e := r.entities[entity]
	if e == nil {
		return &Mask{}
	}
	if e.uniform != nil && r.Can(entity, schemas.OpRead, doc) {
		return e.uniform
	}
	return r.mask(e, schemas.OpRead, doc, false)
}

// WriteMask is the set of fields writable by op (create, update) on this row.
// Logins and the parts of a role assignment change through an admin only:
// an assignment is made and taken away, a login could become another's.
func (r *Rights) WriteMask(entity string, op schemas.Operation, doc map[string]any) *Mask {
	if r.Actor.Admin {
		return allFields
	}
	e := r.entities[entity]
	if e == nil {
		return &Mask{}
	}
	m := r.mask(e, op, doc, true)
	if op == schemas.OpUpdate && (entity == userEntity || entity == assignmentEntity) {
		return newMask(e.Entity, func(key string) bool {
			return m.Has(key) && entity == userEntity && key != "login"
		})
	}
	return m
}

func (r *Rights) mask(e *EntityRights, op schemas.Operation, doc map[string]any, write bool) *Mask {
	var key maskKey
	var given []*model.Grant
	for i, g := range e.Grants {
		if g.Grant.Ops[op] && r.covers(g, doc) {
			given = append(given, g.Grant)
			key.bits |= 1 << (i & 63)
		}
	}
	key.write = write
	cached := len(e.Grants) <= 64
	if cached {
		if m, ok := e.masks.m.Load(key); ok {
			return m.(*Mask)
		}
	}
	has := func(field string) bool {
		return slices.ContainsFunc(given, func(g *model.Grant) bool { return fieldSet(g, write).Has(field) })
	}
	m := newMask(e.Entity, func(field string) bool { return has(field) && (write || e.reveals(field, has)) })
	if cached {
		kept, _ := e.masks.m.LoadOrStore(key, m)
		return kept.(*Mask)
	}
	return m
}

func fieldSet(g *model.Grant, write bool) schemas.FieldSet {
	if write {
		return g.Def.Write
	}
	return g.Def.Read
}

// UniformRead gives the read mask when it is the same on all visible rows.
func (r *Rights) UniformRead(entity string) (*Mask, bool) {
	if r.Actor.Admin {
		return allFields, true
	}
	e := r.entities[entity]
	if e == nil {
		return &Mask{}, true
	}
	return e.uniform, e.uniform != nil
}

// Fields lists the fields of the mask, sorted; nil when it holds all.
func (m *Mask) Fields() []string {
	if m.all {
		return nil
	}
	return sorted(m.keys)
}
