package model

import (
	"slices"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

func init() { registerType(clockType{}) }

// clockType runs down to a due time, stands still and ends as its definition says.
// Its stored value is the due time, which only a running clock has; what else is known
// of the clock is stored beside it, see clockParts. On the wire it is an object.
type clockType struct{ readable }

func (clockType) Name() schemas.FieldType        { return schemas.TypeClock }
func (clockType) Kind(*schemas.Field) query.Kind { return query.Instant }

// clockPhases are what the wire calls the phases of a clock.
var clockPhases = []string{query.ClockRunning, query.ClockOverdue, query.ClockPaused, query.ClockStopped}

func (clockType) Schema(*schemas.Field) map[string]any {
	moment := map[string]any{"type": "string", "format": "date-time"}
	return map[string]any{
		"type": "object", "readOnly": true, "additionalProperties": false,
		"required": []string{"state", "started_at"},
		"properties": map[string]any{
			"state": map[string]any{"enum": clockPhases},
			"due":   moment, "started_at": moment, "stopped_at": moment,
			"left": map[string]any{"type": "integer", "description": "Seconds, negative when overdue; of a running clock as of the answer"},
		},
	}
}

func (clockType) Check(f *schemas.Field) []problem.Field {
	ps := checkOnly(f, "x-clock", "x-indexed", "x-reveals")
	k := f.Clock
	if k == nil {
		return append(ps, problem.At("/x-clock", "required"))
	}
	if (k.Start.Field != "") == (len(k.Start.Stages) > 0) {
		ps = append(ps, problem.At("/x-clock/start", "field_or_stages"))
	}
	if k.Start.Again && len(k.Start.Stages) == 0 {
		ps = append(ps, problem.At("/x-clock/start/again", "annotation_unused", "type", "field"))
	}
	if k.Stop != nil && k.Stop.Field == "" && len(k.Stop.Stages) == 0 {
		ps = append(ps, problem.At("/x-clock/stop", "field_or_stages"))
	}
	if k.Limit == "" && k.Limits == nil {
		ps = append(ps, problem.At("/x-clock/limit", "required"))
	}
	for i, stage := range k.Pause {
		if k.Stop != nil && slices.Contains(k.Stop.Stages, stage) {
			ps = append(ps, problem.At("/x-clock/pause"+problem.Pointer(i), "duplicate_item"))
		}
	}
	return ps
}

func (clockType) Normalise(*Field, any) (any, []problem.Field) {
	return nil, refuse("read_only")
}

// filterValue is an instant: a clock compares by its due time.
func (clockType) filterValue(f *Field, wire any) (any, bool) {
	stored, ps := types[schemas.TypeDatetime].Normalise(f, wire)
	return stored, ps == nil && stored != nil
}

// The parts of a clock are stored under its key with an ending that no key of a field
// can have.
const (
	clockState   = "State"     // calendar.Phase
	clockLeft    = "Left"      // whole seconds, of a clock that is paused or stopped
	clockStarted = "StartedAt" // instant
	clockStopped = "StoppedAt" // instant
)

// clockParts are what queries know of a clock beside its due time.
func (f *Field) clockParts() []query.Field {
	if f.Def.FieldType != schemas.TypeClock {
		return nil
	}
	moment := func(wire any) (any, bool) { return clockType{}.filterValue(f, wire) }
	seconds := func(wire any) (any, bool) {
		x, ok := toFloat(wire)
		return x, ok
	}
	return []query.Field{
		{Key: f.Key + clockState, Name: f.Key + ".state", Kind: query.Key, Clock: f.Key, Normalise: clockPhase},
		{Key: f.Key + clockLeft, Name: f.Key + ".left", Kind: query.Number, Normalise: seconds},
		{Key: f.Key + clockStarted, Name: f.Key + ".started_at", Kind: query.Instant, Normalise: moment},
		{Key: f.Key + clockStopped, Name: f.Key + ".stopped_at", Kind: query.Instant, Normalise: moment},
	}
}

func clockPhase(wire any) (any, bool) {
	s, ok := wire.(string)
	return s, ok && slices.Contains(clockPhases, s)
}

// StoredKinds are the kinds of the values that a record stores for the field, by key.
func (f *Field) StoredKinds() map[string]query.Kind {
	kinds := map[string]query.Kind{f.Key: f.Kind}
	for _, p := range f.clockParts() {
		kinds[p.Key] = p.Kind
	}
	return kinds
}

// IsClockPart tells whether a stored value is part of a clock of the entity.
func (e *Entity) IsClockPart(key string) bool {
	for _, f := range e.Clocks {
		if slices.Contains(f.StoredKeys()[1:], key) {
			return true
		}
	}
	return false
}

// StoredKeys are the keys of these values, in the order in which they are stored.
func (f *Field) StoredKeys() []string {
	if f.Def.FieldType != schemas.TypeClock {
		return []string{f.Key}
	}
	return []string{f.Key, f.Key + clockState, f.Key + clockLeft, f.Key + clockStarted, f.Key + clockStopped}
}
