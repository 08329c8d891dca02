package builder

import (
	"context"
	"log/slog"
	"time"

	"weft/runtime/model"
)

// followEvery is how often the change number of the versions is looked at,
// which costs no read of the database.
const followEvery = 100 * time.Millisecond

// Refresh puts in force what another process has published; it does nothing
// when the newest version is in force.
func (b *Builder) Refresh(ctx context.Context) error {
	if newest, err := b.newest(ctx); err != nil || newest.Version <= b.version() {
		return err
	}
	ctx, leave, err := b.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if newest, err := b.newest(ctx); err != nil || newest.Version <= b.version() {
		return err
	}
	return b.load(ctx)
}

// Follow refreshes whenever a version was published, until ctx ends. What
// cannot be put in force is logged and tried again.
func (b *Builder) Follow(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	var seen uint64
	complained := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now, err := b.store.ChangeNumber(ctx, model.VersionCollection)
		if err != nil || now == seen {
			continue
		}
		if err = b.Refresh(ctx); err == nil {
			seen, complained = now, false
		} else if !complained && ctx.Err() == nil {
			log.Warn("newer definitions could not be put in force yet", "error", err)
			complained = true
		}
	}
}
