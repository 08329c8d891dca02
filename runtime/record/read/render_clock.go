package read

import (
	"encoding/json"
	"time"

	"weft/runtime/calendar"
	"weft/runtime/jsontext"
	"weft/runtime/model"
)

// addClock skips the members in which bodies hold a clock; one that is wanted is
// appended as a whole.
func (r *renderer) addClock(f *model.Field, keep bool) {
	for _, key := range f.StoredKeys() {
		r.members = append(r.members, member{key: key})
	}
	if keep {
		r.running = append(r.running, f)
	}
}

// appendRunning appends a clock of a stored body.
func (r *renderer) appendRunning(out []byte, f *model.Field, body []byte) []byte {
	value := f.Clock.ClockValue(func(key string) any {
		var v any
		if raw := jsontext.Member(body, key); raw == nil || json.Unmarshal(raw, &v) != nil {
			return nil
		}
		return v
	}, r.times, r.now)
	if value == nil {
		return out
	}
	out = jsontext.AppendMember(append(out, ','), f.Key, value)
	return out[:len(out)-1] // the comma for a next member
}

// AppendField appends the field of a record in stored form as it looks on the wire now,
// with a comma behind it; nothing when it is unset.
func AppendField(b []byte, f *model.Field, doc map[string]any, times *calendar.Calendar, now time.Time) []byte {
	if f.Clock != nil {
		value := f.Clock.ClockValue(func(key string) any { return doc[key] }, times, now)
		if value == nil {
			return b
		}
		return jsontext.AppendMember(b, f.Key, value)
	}
	if v := doc[f.Key]; v != nil {
		return AppendWire(b, f, v)
	}
	return b
}
