package read

import (
	"encoding/json"
	"errors"
	"time"

	"weft/runtime/access"
	"weft/runtime/calendar"
	"weft/runtime/jsontext"
	"weft/runtime/model"
	"weft/runtime/query"
)

// errBody is a stored body that is no JSON object of ours.
var errBody = errors.New("read: a stored body cannot be read")

// renderer copies the members of stored bodies that a reader may see, byte by
// byte: nothing is decoded but decimals, which the wire shows in another form.
// Child rows are not in the body. Answers share no memory with it.
type renderer struct {
	mask    *access.Mask
	members []member // in the order in which bodies hold them
	entity  *model.Entity
	// clocks are the formulas that are computed as of now, in its time zone;
	// running are clocks, of which is told what is left of them now by times.
	clocks, running []*model.Field
	now             time.Time
	times           *calendar.Calendar
}

type member struct {
	key           string
	keep, decimal bool
}

// newRenderer makes a renderer of a mask and of the fields asked for: nil for
// all. Id and rev are always kept.
func newRenderer(e *model.Entity, m *access.Mask, fields map[string]bool) *renderer {
	r := &renderer{mask: m, entity: e, members: make([]member, 0, len(SystemKeys)+len(e.Fields))}
	for i, key := range SystemKeys {
		r.members = append(r.members, member{key: key, keep: i < 2 || fields == nil || fields[key]})
	}
	for _, f := range e.Fields {
		keep := (fields == nil || fields[f.Key]) && m.Has(f.Key)
		if keep && f.UsesClock {
			r.clocks = append(r.clocks, f)
		}
		if f.Clock != nil {
			r.addClock(f, keep)
			continue
		}
		r.members = append(r.members, member{f.Key, keep && !f.UsesClock, f.Kind == query.Decimal})
	}
	return r
}

// at sets the moment, in the organisation's time zone, and its calendar, for formulas
// that use the clock and for clocks.
func (r *renderer) at(now time.Time, times *calendar.Calendar) *renderer {
	r.now, r.times = now, times
	return r
}

// append appends the wire form of body to out.
func (r *renderer) append(out, body []byte) ([]byte, error) {
	out, err := r.appendOpen(out, body)
	return append(out, '}'), err
}

// appendOpen is append without the closing brace, for callers that add members.
// There is always one member: the id.
func (r *renderer) appendOpen(out, body []byte) ([]byte, error) {
	out = append(out, '{')
	first, next := len(out), 0
	from := -1 // where the members begin that are still to be copied
	s := jsontext.Scan(body)
	for s.Next() {
		m, at := r.find(s.Key(), next)
		next = at
		if m.keep && !m.decimal {
			if from < 0 {
				from = s.KeyAt
			}
			continue
		}
		if from >= 0 {
			out = append(comma(out, first), body[from:s.Before]...)
			from = -1
		}
		if m.keep {
			out = append(comma(out, first), body[s.KeyAt:s.ValueAt]...)
			out = appendWireDecimal(out, s.Value())
		}
	}
	if from >= 0 {
		out = append(comma(out, first), body[from:s.End]...)
	}
	if s.Failed {
		return out, errBody
	}
	for _, f := range r.running {
		out = r.appendRunning(out, f, body)
	}
	if len(r.clocks) > 0 {
		return r.appendClocks(out, body)
	}
	return out, nil
}

// appendClocks appends the formulas that use the clock.
func (r *renderer) appendClocks(out, body []byte) ([]byte, error) {
	var doc map[string]any
	if err := json.Unmarshal(body, &doc); err != nil {
		return out, errBody
	}
	r.entity.ComputeClockFormulas(doc, r.now)
	for _, f := range r.clocks {
		if v := doc[f.Key]; v != nil {
			out = AppendWire(append(out, ','), f, v)
			out = out[:len(out)-1] // the comma for a next member
		}
	}
	return out, nil
}

func comma(out []byte, first int) []byte {
	if len(out) > first {
		return append(out, ',')
	}
	return out
}

// find looks for key from the member expected next; fields that the entity no
// longer has are dropped.
func (r *renderer) find(key []byte, next int) (member, int) {
	for i := next; i < len(r.members); i++ {
		if string(key) == r.members[i].key {
			return r.members[i], i + 1
		}
	}
	for i := range min(next, len(r.members)) {
		if string(key) == r.members[i].key {
			return r.members[i], i + 1
		}
	}
	return member{}, next
}

// appendWireDecimal writes a stored decimal as a decimal string.
func appendWireDecimal(out, raw []byte) []byte {
	if len(raw) < 2 || raw[0] != '"' {
		return append(out, raw...)
	}
	out = append(out, '"')
	out = query.AppendDecimal(out, raw[1:len(raw)-1])
	return append(out, '"')
}

// AppendWire appends a stored value as it looks on the wire: only decimals
// differ, see docs/stored-form.md.
func AppendWire(b []byte, f *model.Field, v any) []byte {
	s, ok := v.(string)
	if f.Kind != query.Decimal || !ok {
		return jsontext.AppendMember(b, f.Key, v)
	}
	b = jsontext.AppendString(b, f.Key)
	b = append(b, ':', '"')
	b = query.AppendDecimal(b, s)
	return append(b, '"', ',')
}
