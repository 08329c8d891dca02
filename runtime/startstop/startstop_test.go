package startstop_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"weft/runtime/startstop"
)

func TestStartReturnsAtOnceAndStopWaits(t *testing.T) {
	t.Parallel()
	running, ended := make(chan struct{}), false
	s := startstop.New("test", nil, func(ctx context.Context) {
		close(running)
		<-ctx.Done()
		ended = true
	})
	s.Stop() // not started: nothing to do
	s.Start()
	s.Start()
	<-running
	s.Stop()
	if !ended {
		t.Error("Stop returned before the function did")
	}
	s.Stop()
}

func TestAServiceCanBeStartedAgain(t *testing.T) {
	t.Parallel()
	calls := make(chan struct{}, 2)
	s := startstop.New("test", nil, func(ctx context.Context) { calls <- struct{}{}; <-ctx.Done() })
	for range 2 {
		s.Start()
		<-calls
		s.Stop()
	}
}

func TestAPanicIsLoggedAndTheWorkGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var text strings.Builder
		calls := 0
		s := startstop.New("fragile", slog.New(slog.NewTextHandler(&text, nil)), func(ctx context.Context) {
			if calls++; calls == 1 {
				panic("broken")
			}
			<-ctx.Done()
		})
		s.Start()
		time.Sleep(2 * time.Second)
		s.Stop()
		if calls != 2 || !strings.Contains(text.String(), "service=fragile panic=broken") {
			t.Errorf("%d calls, log %q", calls, text.String())
		}
	})
}

func TestRoundsComeByTimeAndByNotice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		notify := make(chan struct{}, 1)
		start := time.Now()
		var rounds []time.Duration
		p := startstop.NewPeriodic(startstop.Period{
			Name: "test", First: time.Second, Every: time.Minute, Notify: notify,
			RunOnce: func(context.Context) error { rounds = append(rounds, time.Since(start)); return nil },
		})
		p.Start()
		time.Sleep(62 * time.Second)
		notify <- struct{}{}
		time.Sleep(time.Second)
		p.Stop()
		if want := []time.Duration{time.Second, 61 * time.Second, 62 * time.Second}; len(rounds) != 3 || rounds[0] != want[0] || rounds[1] != want[1] || rounds[2] != want[2] {
			t.Errorf("rounds at %v, want %v", rounds, want)
		}
	})
}

func TestAFailureIsLoggedOnceAndGivenTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var text strings.Builder
		notify := make(chan struct{})
		rounds := 0
		p := startstop.NewPeriodic(startstop.Period{
			Name: "test", Every: time.Minute, Notify: notify, Logger: slog.New(slog.NewTextHandler(&text, nil)),
			RunOnce: func(context.Context) error { rounds++; return errors.New("away") },
		})
		p.Start()
		synctest.Wait()
		select {
		case notify <- struct{}{}:
			t.Error("a notice was taken right after a failure")
		default:
		}
		time.Sleep(150 * time.Second)
		p.Stop()
		if rounds != 3 || strings.Count(text.String(), "away") != 1 {
			t.Errorf("%d rounds, log %q", rounds, text.String())
		}
	})
}

func TestAwaitWaitsForARoundThatBeganLater(t *testing.T) {
	t.Parallel()
	var rounds atomic.Int64
	p := startstop.NewPeriodic(startstop.Period{
		Name: "test", First: time.Hour, Every: time.Hour,
		RunOnce: func(context.Context) error { rounds.Add(1); return nil },
	})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Await(gone); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	p.Start()
	defer p.Stop()
	for want := range int64(3) {
		if err := p.Await(t.Context()); err != nil || rounds.Load() <= want {
			t.Fatal(rounds.Load(), err)
		}
	}
}
