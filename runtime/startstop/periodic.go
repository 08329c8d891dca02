package startstop

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Period says what a Periodic calls and when.
type Period struct {
	Name string
	// RunOnce does one round of the work. An error is logged; those of the rounds
	// that follow are not until one succeeds.
	RunOnce func(context.Context) error
	// Every is the time between two rounds, First the time before the first one.
	Every, First time.Duration
	// Notify asks for a round before Every has passed. After a round that failed
	// it is not listened to, so that the cause has time to pass.
	Notify <-chan struct{}
	Logger *slog.Logger // nil discards
}

// Periodic calls a function again and again in the background; its context
// ends on Stop.
type Periodic struct {
	*Service
	period  Period
	trigger chan struct{}

	mu       sync.Mutex
	begun    int
	finished int
	changed  chan struct{} // closed when finished grows
}

// NewPeriodic makes a Periodic that is not started.
func NewPeriodic(p Period) *Periodic {
	t := &Periodic{period: p, trigger: make(chan struct{}, 1), changed: make(chan struct{})}
	t.Service = New(p.Name, p.Logger, t.rounds)
	return t
}

// Await asks for a round and returns when one that began after the call has
// ended. Its error is that of ctx: a Periodic that is not started has no rounds.
func (t *Periodic) Await(ctx context.Context) error {
	t.mu.Lock()
	target := t.begun + 1
	t.mu.Unlock()
	for {
		t.mu.Lock()
		finished, changed := t.finished, t.changed
		t.mu.Unlock()
		if finished >= target {
			return nil
		}
		select {
		case t.trigger <- struct{}{}:
		default:
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

func (t *Periodic) rounds(ctx context.Context) {
	pause, notify, failing := t.period.First, t.period.Notify, false
	for {
		if !t.wait(ctx, pause, notify) {
			return
		}
		err := t.round(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !failing {
			t.log.Warn("background work failed and is tried again", "service", t.name, "error", err)
		}
		pause, notify, failing = t.period.Every, t.period.Notify, err != nil
		if failing {
			notify = nil
		}
	}
}

// wait returns when a round is due, and false when ctx ends.
func (t *Periodic) wait(ctx context.Context, pause time.Duration, notify <-chan struct{}) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-notify:
	case <-t.trigger:
	case <-timer.C:
	}
	return ctx.Err() == nil
}

// round calls RunOnce and counts the round, even when it panics.
func (t *Periodic) round(ctx context.Context) error {
	t.mu.Lock()
	t.begun++
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		t.finished = t.begun
		close(t.changed)
		t.changed = make(chan struct{})
		t.mu.Unlock()
	}()
	return t.period.RunOnce(ctx)
}
