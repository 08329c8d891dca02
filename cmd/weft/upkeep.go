package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"weft/runtime/store/lease"
)

// How often a server tidies up.
const (
	sweepEvery      = time.Hour
	sweepFirstAfter = time.Minute
	// sweptAnswers bounds how many kept answers one sweep removes.
	sweptAnswers = 200_000
)

// upkeep runs what a server does by itself until ctx ends: imports that a crash
// interrupted go on, and what has expired is removed.
func (in *instance) upkeep(ctx context.Context) {
	in.Transfer.Start()
	timer := time.NewTimer(sweepFirstAfter)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			in.sweepAlone(ctx)
			timer.Reset(sweepEvery)
		}
	}
}

// present holds a lease as long as the server runs, so that others who want the
// database for themselves see that it is in use.
func (in *instance) present(ctx context.Context, url string) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	for ctx.Err() == nil {
		l, err := in.Leases.Wait(ctx, "server:"+host+":"+url)
		if err == nil {
			kept, stop := l.Keep(ctx)
			<-kept.Done()
			stop()
			err = l.Release(context.WithoutCancel(ctx))
		}
		if err == nil {
			continue // it was lost in an outage, or this is the end
		}
		select {
		case <-ctx.Done():
		case <-time.After(lease.Life / 3):
		}
	}
}

// sweepLease is held by the one process that sweeps.
const sweepLease = "sweep"

// sweepAlone sweeps unless another process is at it.
func (in *instance) sweepAlone(ctx context.Context) {
	l, err := in.Leases.Take(ctx, sweepLease)
	if errors.Is(err, lease.ErrHeld) {
		return
	}
	if err != nil {
		in.log.Warn("sweep", "error", err)
		return
	}
	kept, stop := l.Keep(ctx)
	in.sweep(kept)
	stop()
	if err := l.Release(context.WithoutCancel(ctx)); err != nil {
		in.log.Warn("sweep", "error", err)
	}
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
