package builder

import (
	"context"
	"log/slog"
	"time"

	"weft/runtime/model"
	"weft/runtime/startstop"
)

// followEvery is how often the change number of the versions is compared,
// which reads nothing from the database.
const followEvery = 100 * time.Millisecond

// Refresh loads the newest published version; it does nothing when that is the
// current one.
func (b *Builder) Refresh(ctx context.Context) error {
	if newest, err := b.newest(ctx); err != nil || newest.Version <= b.version() {
		return err
	}
	ctx, unlock, err := b.lockPublishing(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if newest, err := b.newest(ctx); err != nil || newest.Version <= b.version() {
		return err
	}
	return b.load(ctx)
}

// Follower refreshes in the background whenever a version was published.
func (b *Builder) Follower(log *slog.Logger) *startstop.Periodic {
	var seen uint64
	return startstop.NewPeriodic(startstop.Period{
		Name: "follow published definitions", First: followEvery, Every: followEvery, Logger: log,
		RunOnce: func(ctx context.Context) error {
			now, err := b.store.ChangeNumber(ctx, model.VersionCollection)
			if err != nil || now == seen {
				return err
			}
			if err := b.Refresh(ctx); err != nil {
				return err
			}
			seen = now
			return nil
		},
	})
}
