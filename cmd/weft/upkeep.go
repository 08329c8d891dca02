package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"weft/runtime/startstop"
	"weft/runtime/store/lease"
)

// How often a server works by itself.
const (
	sweepEvery      = time.Hour
	sweepFirstAfter = time.Minute
	// presencePause is the time until a lost presence is taken again.
	presencePause = lease.Life / 3
	// sweptAnswers bounds how many kept answers one sweep removes.
	sweptAnswers = 200_000
)

// upkeep runs what a server does by itself until ctx ends: imports that a crash
// interrupted go on, what has expired is removed, and others see that the
// database is in use.
func (in *instance) upkeep(ctx context.Context, url string) {
	in.Transfer.Start()
	sweeper := startstop.NewPeriodic(startstop.Period{
		Name: "sweep", RunOnce: in.sweepAlone, Every: sweepEvery, First: sweepFirstAfter, Logger: in.log,
	})
	sweeper.Start()
	defer sweeper.Stop()
	presence := startstop.NewPeriodic(startstop.Period{
		Name:    "presence",
		RunOnce: func(ctx context.Context) error { return in.holdPresence(ctx, url) },
		Every:   presencePause, Logger: in.log,
	})
	presence.Start()
	defer presence.Stop()
	<-ctx.Done()
}

// holdPresence holds a lease until it is lost or ctx ends, so that others who
// want the database for themselves see that it is in use.
func (in *instance) holdPresence(ctx context.Context, url string) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	l, err := in.Leases.Wait(ctx, "server:"+host+":"+url)
	if err != nil {
		return err
	}
	kept, stop := l.Keep(ctx)
	<-kept.Done()
	stop()
	return l.Release(context.WithoutCancel(ctx))
}

// sweepLease is held by the one process that sweeps.
const sweepLease = "sweep"

// sweepAlone sweeps unless another process is at it.
func (in *instance) sweepAlone(ctx context.Context) error {
	l, err := in.Leases.Take(ctx, sweepLease)
	if errors.Is(err, lease.ErrHeld) {
		return nil
	}
	if err != nil {
		return err
	}
	kept, stop := l.Keep(ctx)
	in.sweep(kept)
	stop()
	return l.Release(context.WithoutCancel(ctx))
}

// sweep removes ended sessions and tokens, kept answers that have expired, and
// files that no record refers to.
func (in *instance) sweep(ctx context.Context) {
	for what, run := range map[string]func(context.Context) (int, error){
		"sessions": in.Access.Sweep,
		"files":    in.Files.Sweep,
		"answers": func(ctx context.Context) (int, error) {
			return in.Records.SweepAnswers(ctx, sweptAnswers)
		},
	} {
		n, err := run(ctx)
		if err != nil && ctx.Err() == nil {
			in.log.Warn("sweep", "what", what, "error", err)
		} else if n > 0 {
			in.log.Info("swept", "what", what, slog.Int("count", n))
		}
	}
}
