package read

import (
	"time"

	"weft/runtime/access"
	"weft/runtime/calendar"
	"weft/runtime/model"
	"weft/runtime/store"
)

// rowRenderers finds the renderer of each row: one for all where the rights allow
// it, else one per combination of grants that the row was found in.
type rowRenderers struct {
	rights  *access.Rights
	now     time.Time // for formulas that use the clock, and for clocks
	times   *calendar.Calendar
	entity  *model.Entity
	fields  map[string]bool // nil: all
	inside  bool            // child rows inside their parent: without rev
	uniform *renderer
	byMask  map[*access.Mask]*renderer
}

func (r *entityRequest) newMasked(e *model.Entity, fields map[string]bool) *rowRenderers {
	return (&rowRenderers{rights: r.rights, now: r.now(), times: r.times, entity: e, fields: fields}).ready()
}

// newMaskedRows is newMasked for child rows inside their parent.
func (r *entityRequest) newMaskedRows(e *model.Entity) *rowRenderers {
	return (&rowRenderers{rights: r.rights, now: r.now(), times: r.times, entity: e, fields: ChildRowFields(e), inside: true}).ready()
}

func (m *rowRenderers) ready() *rowRenderers {
	if mask, ok := m.rights.UniformRead(m.entity.Key); ok {
		m.uniform = m.renderer(mask)
	}
	return m
}

func (m *rowRenderers) renderer(mask *access.Mask) *renderer {
	r := newRenderer(m.entity, mask, m.fields).at(m.now, m.times)
	if m.inside {
		r.members[1].keep = false
	}
	return r
}

// of gives the renderer of a row.
func (m *rowRenderers) of(d store.Doc) (*renderer, error) {
	if m.uniform != nil {
		return m.uniform, nil
	}
	doc, err := Decode(d)
	if err != nil {
		return nil, err
	}
	return m.forDoc(doc), nil
}

func (m *rowRenderers) forDoc(doc map[string]any) *renderer {
	if m.uniform != nil {
		return m.uniform
	}
	mask := m.rights.ReadMask(m.entity.Key, doc)
	r := m.byMask[mask]
	if r == nil {
		r = m.renderer(mask)
		if m.byMask == nil {
			m.byMask = map[*access.Mask]*renderer{}
		}
		m.byMask[mask] = r
	}
	return r
}
