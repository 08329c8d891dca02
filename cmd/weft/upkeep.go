package main

import (
	"context"
	"log/slog"
	"time"
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
			in.sweep(ctx)
			timer.Reset(sweepEvery)
		}
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
