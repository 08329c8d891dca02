package model

import (
	"math"
	"time"

	"weft/runtime/calendar"
	"weft/runtime/query"
	"weft/schemas"
)

// Clock is a compiled clock.
type Clock struct {
	Field *Field
	Def   *schemas.Clock
	// Start is nil for created_at, and for a clock that starts with a stage.
	Start, Stop *Field
	// Stage is the field of the stage machine, nil when no stage matters.
	Stage *Field
	// By is the choice field of the limits, Extend the number that makes them longer.
	By, Extend *Field

	limit  *calendar.Duration
	limits map[string]calendar.Duration
	each   calendar.Duration
}

// Inputs are the fields that the clock is computed from.
func (k *Clock) Inputs() []*Field {
	var list []*Field
	for _, f := range []*Field{k.Start, k.Stop, k.Stage, k.By, k.Extend} {
		if f != nil {
			list = append(list, f)
		}
	}
	return list
}

// NeedsStays tells whether the clock is computed from the stages that the record has
// been through.
func (k *Clock) NeedsStays() bool { return k.Stage != nil }

// Limit is the limit for a record, without extensions; ok is false where it has none.
// get gives the stored value of a field.
func (k *Clock) Limit(get func(key string) any) (limit calendar.Duration, ok bool) {
	if k.By != nil {
		choice, _ := get(k.By.Key).(string)
		if limit, ok = k.limits[choice]; ok {
			return limit, true
		}
	}
	if k.limit == nil {
		return limit, false
	}
	return *k.limit, true
}

// Compute sets the clock of a record in stored form, and tells whether that is a
// change. stays are those of the record in the stages of k.Stage, in their order. A
// clock that has not started, or has no limit, is unset.
func (k *Clock) Compute(doc map[string]any, stays []StageStay, times *calendar.Calendar) (changed bool) {
	parts := map[string]any{}
	stages := k.stagesOf(doc, stays)
	if run, ok := k.run(doc, stages, times.Zone()); ok {
		state, err := times.Clock(run)
		switch rest := stages.restsUnknown(run.Stop); {
		case rest != "":
			k.Field.putRest(parts, run, rest)
		case err == nil:
			k.Field.put(parts, run, state)
		}
	}
	for _, key := range k.Field.StoredKeys() {
		v := parts[key]
		changed = changed || doc[key] != v
		setMember(doc, key, v)
	}
	return changed
}

// run is what is known of the clock of a record.
func (k *Clock) run(doc map[string]any, stages clockStages, zone *time.Location) (run calendar.Clock, ok bool) {
	if run.Limit, ok = k.Limit(func(key string) any { return doc[key] }); !ok {
		return run, false
	}
	switch {
	case len(k.Def.Start.Stages) > 0:
		run.Start = stages.start()
	case k.Start == nil:
		run.Start = moment(doc["created_at"], zone)
	default:
		run.Start = moment(doc[k.Start.Key], zone)
	}
	if run.Start.IsZero() {
		return run, false
	}
	run.Pauses, run.Stop = stages.pauses(), stages.stop(run.Start)
	if k.Stop != nil {
		at := moment(doc[k.Stop.Key], zone)
		if !at.IsZero() && !at.Before(run.Start) && (run.Stop.IsZero() || at.Before(run.Stop)) {
			run.Stop = at
		}
	}
	if k.Extend != nil {
		if n, ok := amount(doc[k.Extend.Key]); ok {
			run.Extra = calendar.Duration{N: n * k.each.N, Unit: k.each.Unit}
		}
	}
	return run, true
}

// maxExtensions bounds how often a limit is made longer.
const maxExtensions = 10_000

// amount reads a stored number as a count: whole, not negative.
func amount(v any) (int, bool) {
	f, ok := v.(float64)
	return int(min(math.Floor(f), maxExtensions)), ok && f >= 1
}

// moment reads a stored instant, or a date as the beginning of its day; the zero time
// for neither.
func moment(v any, zone *time.Location) time.Time {
	s, _ := v.(string)
	if at, err := query.ParseInstant(s); err == nil {
		return at
	}
	at, err := time.ParseInLocation(query.DateLayout, s, zone)
	if err != nil {
		return time.Time{}
	}
	return at
}

// put stores the state of a clock in its parts.
func (f *Field) put(parts map[string]any, run calendar.Clock, state calendar.ClockState) {
	parts[f.Key+clockState] = string(state.Phase)
	parts[f.Key+clockStarted] = query.FormatInstant(run.Start)
	if state.Phase == calendar.Running {
		parts[f.Key] = query.FormatInstant(state.Due)
		return
	}
	parts[f.Key+clockLeft] = seconds(state.Left)
	if state.Phase == calendar.Stopped {
		parts[f.Key+clockStopped] = query.FormatInstant(run.Stop)
	}
}

// putRest stores that a clock stands still or has ended since nobody knows when, so that
// nobody knows what is left of it.
func (f *Field) putRest(parts map[string]any, run calendar.Clock, phase calendar.Phase) {
	parts[f.Key+clockState] = string(phase)
	parts[f.Key+clockStarted] = query.FormatInstant(run.Start)
}

// seconds are whole seconds, so that a clock that was overdue at all has less than none.
func seconds(d time.Duration) float64 { return math.Floor(d.Seconds()) }

// ClockValue is the wire form of the clock of a record as of now: state, due, left in
// seconds, started_at, stopped_at; nil when it is unset. get gives the stored values of
// the record by key. With nil times the time that is left of a running clock is absent.
func (k *Clock) ClockValue(get func(key string) any, times *calendar.Calendar, now time.Time) map[string]any {
	key := k.Field.Key
	state, _ := get(key + clockState).(string)
	if state == "" {
		return nil
	}
	value := map[string]any{"state": state}
	for name, part := range map[string]string{"due": key, "left": key + clockLeft, "started_at": key + clockStarted, "stopped_at": key + clockStopped} {
		if v := get(part); v != nil {
			value[name] = v
		}
	}
	due := moment(value["due"], time.UTC)
	if state != query.ClockRunning || times == nil || due.IsZero() {
		return value
	}
	limit, _ := k.Limit(get)
	value["left"] = seconds(times.Left(limit, now, due))
	if !due.After(now) {
		value["state"] = query.ClockOverdue
	}
	return value
}

// TellClocks replaces the clocks of a record in stored form by their wire form as of now.
func (e *Entity) TellClocks(doc map[string]any, times *calendar.Calendar, now time.Time) {
	for _, f := range e.Clocks {
		value := f.Clock.ClockValue(func(key string) any { return doc[key] }, times, now)
		for _, key := range f.StoredKeys() {
			delete(doc, key)
		}
		if value != nil {
			doc[f.Key] = value
		}
	}
}

// WireOf is the wire form of the field of a record in stored form, nil when it is
// unset. A clock is told as it was stored, without the time that is left of it.
func (f *Field) WireOf(doc map[string]any) any {
	if f.Clock != nil {
		if v := f.Clock.ClockValue(func(key string) any { return doc[key] }, nil, time.Time{}); v != nil {
			return v
		}
		return nil
	}
	if doc[f.Key] == nil {
		return nil
	}
	return f.Type.Wire(f, doc[f.Key])
}
