package query

import "time"

// The phases of a clock as filters name them. A clock that runs is stored as running
// whether its due time has passed or not: that is decided when it is asked.
const (
	ClockRunning = "running"
	ClockPaused  = "paused"
	ClockStopped = "stopped"
	ClockOverdue = "overdue"
)

// clockPhase turns a comparison with the phase of a clock into one with what is
// stored: a clock is overdue, instead of running, from its due time on.
func (b *binder) clockPhase(c Cmp) Expr {
	switch c.Op {
	case Eq:
		return b.phase(c.Path, c.Value)
	case Ne:
		return Not{b.phase(c.Path, c.Value)}
	case In:
		list, _ := c.Value.([]any)
		phases := make(Any, len(list))
		for i, v := range list {
			phases[i] = b.phase(c.Path, v)
		}
		return phases
	}
	return c
}

func (b *binder) phase(p Path, v any) Expr {
	switch v {
	case ClockOverdue:
		return Overdue(p, b.env.Now)
	case ClockRunning:
		return runs(p, Gt, b.env.Now)
	}
	return Cmp{Path: p, Op: Eq, Value: v}
}

// Overdue holds for the clocks, with their phase at p, that are overdue by now.
func Overdue(p Path, now time.Time) Expr { return runs(p, Le, now) }

// runs holds for clocks that run and whose due time compares so with now.
func runs(p Path, op Op, now time.Time) Expr {
	return All{Cmp{Path: p, Op: Eq, Value: ClockRunning}, Cmp{Path: p.Due(), Op: op, Value: FormatInstant(now)}}
}

// Due is the path of the due time of a clock whose phase is at p, for the same reader.
func (p Path) Due() Path {
	due := p
	due.Field, due.Kind, due.Part, due.Clock = p.Clock, Instant, "", ""
	return due
}

// UsesClock tells whether what the filter matches changes by itself when a clock
// comes to its due time.
func (f Filter) UsesClock() bool {
	uses := false
	Walk(f.expr, func(x Expr) {
		if l, ok := x.(leaf); ok && l.Path.Clock != "" {
			uses = uses || namesRun(l.Value)
		}
	})
	return uses
}

func namesRun(v any) bool {
	if list, ok := v.([]any); ok {
		for _, one := range list {
			if namesRun(one) {
				return true
			}
		}
	}
	return v == ClockRunning || v == ClockOverdue
}
