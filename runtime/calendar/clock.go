package calendar

import "time"

// Clock is what is known of a clock that runs down: when it began and how long it may
// run, in which spans it stood still, and when it ended.
type Clock struct {
	Start time.Time
	Limit Duration
	// Extra makes the limit longer; its zero value adds nothing.
	Extra Duration
	// Pauses are spans in which it stood still, in their order; what lies before Start
	// does not count. The last one may be open.
	Pauses []Pause
	// Stop is when it ended; the zero time while it has not.
	Stop time.Time
}

// Pause is a span in which a clock stands still; a zero To means that it still does.
type Pause struct{ From, To time.Time }

// Phase is what a clock does.
type Phase string

// The phases. A clock that runs past its due time is overdue.
const (
	Running Phase = "running"
	Paused  Phase = "paused"
	Stopped Phase = "stopped"
)

// ClockState is how a clock stands. It does not depend on the moment of asking: a clock
// that runs has a Due time, one that is paused or stopped has time Left, which is
// negative when it was overdue.
type ClockState struct {
	Phase Phase
	Due   time.Time
	Left  time.Duration
}

// Clock gives the state of a clock. Time counts as its limit does: calendar time, or
// working time for limits in wh and wd. It fails where nobody works for decades.
func (c *Calendar) Clock(k Clock) (ClockState, error) {
	begin, pauses, still := k.spans()
	due, err := c.addBoth(begin, k.Limit, k.Extra)
	if err != nil {
		return ClockState{}, err
	}
	if still { // it has never run
		state := ClockState{Phase: Paused, Left: c.Left(k.Limit, begin, due)}
		if !k.Stop.IsZero() {
			state.Phase = Stopped
		}
		return state, nil
	}
	for _, p := range pauses {
		if !k.Stop.IsZero() && !p.From.Before(k.Stop) {
			break
		}
		left := c.Left(k.Limit, p.From, due)
		switch {
		case !k.Stop.IsZero() && (p.To.IsZero() || p.To.After(k.Stop)):
			return ClockState{Phase: Stopped, Left: left}, nil
		case p.To.IsZero():
			return ClockState{Phase: Paused, Left: left}, nil
		}
		if due, err = c.resume(k.Limit, p.To, left); err != nil {
			return ClockState{}, err
		}
	}
	if !k.Stop.IsZero() {
		return ClockState{Phase: Stopped, Left: c.Left(k.Limit, k.Stop, due)}, nil
	}
	return ClockState{Phase: Running, Due: due}, nil
}

// spans gives when the clock began to run and the pauses after that; still tells that
// it has not run at all. A clock that begins in a pause runs from its end.
func (k Clock) spans() (begin time.Time, pauses []Pause, still bool) {
	begin = k.Start
	for i, p := range k.Pauses {
		switch {
		case !p.To.IsZero() && !p.To.After(begin):
			continue
		case p.From.After(begin):
			return begin, k.Pauses[i:], false
		case p.To.IsZero():
			return begin, nil, true
		case !k.Stop.IsZero() && p.To.After(k.Stop):
			return begin, nil, true
		}
		begin = p.To
	}
	return begin, nil, false
}

func (c *Calendar) addBoth(t time.Time, limit, extra Duration) (time.Time, error) {
	t, err := c.AddDuration(t, limit)
	if err != nil || extra.N == 0 {
		return t, err
	}
	return c.AddDuration(t, extra)
}

// Left is the time until due in the kind of time in which the limit counts; negative
// after it.
func (c *Calendar) Left(limit Duration, from, due time.Time) time.Duration {
	if limit.IsWorking() {
		return c.Working(from, due)
	}
	return due.Sub(from)
}

func (c *Calendar) resume(limit Duration, at time.Time, left time.Duration) (time.Time, error) {
	if limit.IsWorking() {
		return c.AddWorking(at, left)
	}
	return at.Add(left), nil
}
