package model

import (
	"slices"
	"time"

	"weft/runtime/calendar"
	"weft/schemas"
)

// StageStay is one stay of a record in a stage. From is zero where nobody knows when it
// came, To while it stays.
type StageStay struct {
	Stage    string
	From, To time.Time
}

// clockStages are the stays of a record as a clock sees them.
type clockStages struct {
	def   *schemas.Clock
	stays []StageStay // whose ends are known, but for the last
	now   string      // the stage of the record
}

// stagesOf takes stays whose ends were not recorded as lasting until the next one, or as
// no time, and leaves out those of which nobody knows when they began.
func (k *Clock) stagesOf(doc map[string]any, stays []StageStay) clockStages {
	now := ""
	if k.Stage != nil {
		now, _ = doc[k.Stage.Key].(string)
	}
	known := make([]StageStay, 0, len(stays))
	for i, s := range stays {
		if s.From.IsZero() && i > 0 {
			s.From = stays[i-1].To
		}
		if s.To.IsZero() && i+1 < len(stays) {
			s.To = stays[i+1].From
		}
		if s.To.IsZero() && i+1 < len(stays) { // it was left, nobody knows when
			s.To = s.From
		}
		if !s.From.IsZero() {
			known = append(known, s)
		}
	}
	return clockStages{k.Def, known, now}
}

func (s clockStages) pausedIn(stage string) bool { return slices.Contains(s.def.Pause, stage) }

func (s clockStages) stoppedIn(stage string) bool {
	return s.def.Stop != nil && slices.Contains(s.def.Stop.Stages, stage)
}

// start is when the record came into a stage that starts the clock, from another one:
// the first time or, when the clock starts again, the last time. A record that comes
// back from a pause goes on.
func (s clockStages) start() time.Time {
	var at time.Time
	from := "" // the stage before, pauses left out
	for _, stay := range s.stays {
		if s.pausedIn(stay.Stage) {
			continue
		}
		starts := slices.Contains(s.def.Start.Stages, stay.Stage)
		if starts && !slices.Contains(s.def.Start.Stages, from) && (at.IsZero() || s.def.Start.Again) {
			at = stay.From
		}
		from = stay.Stage
	}
	return at
}

// restsUnknown tells that the record is in a stage in which the clock stands still or
// has ended, and that nobody knows since when: "" when that is known, or otherwise known
// to have ended.
func (s clockStages) restsUnknown(stop time.Time) calendar.Phase {
	if n := len(s.stays); !stop.IsZero() || n > 0 && s.stays[n-1].Stage == s.now {
		return ""
	}
	switch {
	case s.stoppedIn(s.now):
		return calendar.Stopped
	case s.pausedIn(s.now):
		return calendar.Paused
	}
	return ""
}

// pauses are the spans in which the clock stood still: in stages that pause it, and in
// stages that stopped it and were left again.
func (s clockStages) pauses() []calendar.Pause {
	var list []calendar.Pause
	for _, stay := range s.stays {
		if s.pausedIn(stay.Stage) || s.stoppedIn(stay.Stage) && !stay.To.IsZero() {
			list = append(list, calendar.Pause{From: stay.From, To: stay.To})
		}
	}
	return list
}

// stop is when the record came into the stages that stop the clock, if it is in one;
// not before the start.
func (s clockStages) stop(start time.Time) time.Time {
	var at time.Time
	for _, stay := range s.stays {
		switch {
		case !s.stoppedIn(stay.Stage):
			at = time.Time{}
		case at.IsZero():
			at = stay.From
		}
	}
	if !at.IsZero() && at.Before(start) {
		return start
	}
	return at
}
