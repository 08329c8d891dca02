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

// When a server does its periodic work.
const (
	sweepEvery      = time.Hour
	sweepFirstAfter = time.Minute
	// leasePause is the time until a lost server lease is taken again.
	leasePause = lease.Life / 3
	// sweptAnswers bounds how many idempotency rows one sweep removes.
	sweptAnswers = 200_000
)

// runBackground runs what a server does by itself until ctx ends: imports that a crash
// interrupted continue, expired rows and files are removed, and a lease shows that
// the database is in use.
func (n *node) runBackground(ctx context.Context, url string) {
	n.Transfer.Start()
	sweeper := startstop.NewPeriodic(startstop.Period{
		Name: "sweep", RunOnce: n.sweepUnderLease, Every: sweepEvery, First: sweepFirstAfter, Logger: n.log,
	})
	sweeper.Start()
	defer sweeper.Stop()
	serverLease := startstop.NewPeriodic(startstop.Period{
		Name:    "server lease",
		RunOnce: func(ctx context.Context) error { return n.holdServerLease(ctx, url) },
		Every:   leasePause, Logger: n.log,
	})
	serverLease.Start()
	defer serverLease.Stop()
	<-ctx.Done()
}

// holdServerLease holds a lease until it is lost or ctx ends, so that commands
// which need the database for themselves see that it is in use.
func (n *node) holdServerLease(ctx context.Context, url string) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	l, err := n.Leases.Wait(ctx, "server:"+host+":"+url)
	if err != nil {
		return err
	}
	kept, stop := l.Keep(ctx)
	<-kept.Done()
	stop()
	return l.Release(context.WithoutCancel(ctx))
}

// sweepLease is the lease of the process that sweeps.
const sweepLease = "sweep"

// sweepUnderLease sweeps unless another process does it now.
func (n *node) sweepUnderLease(ctx context.Context) error {
	l, err := n.Leases.Take(ctx, sweepLease)
	if errors.Is(err, lease.ErrHeld) {
		return nil
	}
	if err != nil {
		return err
	}
	kept, stop := l.Keep(ctx)
	n.sweep(kept)
	stop()
	return l.Release(context.WithoutCancel(ctx))
}

// sweep removes ended sessions and tokens, idempotency rows that have expired, and
// files that no record refers to.
func (n *node) sweep(ctx context.Context) {
	for what, run := range map[string]func(context.Context) (int, error){
		"sessions": n.Access.Sweep,
		"files":    n.Files.Sweep,
		"answers": func(ctx context.Context) (int, error) {
			return n.Records.SweepAnswers(ctx, sweptAnswers)
		},
	} {
		count, err := run(ctx)
		if err != nil && ctx.Err() == nil {
			n.log.Warn("sweep", "what", what, "error", err)
		} else if count > 0 {
			n.log.Info("swept", "what", what, slog.Int("count", count))
		}
	}
}
