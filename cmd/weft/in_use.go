package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/dump"
	"weft/runtime/store/lease"
	"weft/runtime/store/migrate"
)

// unfinishedCopyError says that a store is the target of a migration or a
// restore that has not finished.
type unfinishedCopyError struct{ from string }

func (e *unfinishedCopyError) Error() string {
	return fmt.Sprintf("it holds an unfinished copy of %s; run weft migrate or weft restore again to finish it, or take an empty place", e.from)
}

// checkFinished fails when a store is the target of an unfinished copy.
func checkFinished(ctx context.Context, st store.Store) error {
	state, err := migrate.Unfinished(ctx, st)
	if err == nil && state != nil {
		err = &unfinishedCopyError{state.From}
	}
	return err
}

var errServerRunning = errors.New("a server is working with it; stop it first")

// checkUnused fails when a store is incomplete or a server uses it. A server
// renews its leases within their life; the store is watched for longer than the
// longest gap, which occurs when a killed server restarts and waits for its old
// leases. It returns the leases that nobody renews.
func checkUnused(ctx context.Context, st migrate.Store, life time.Duration) (map[string]int64, error) {
	if err := checkFinished(ctx, st); err != nil {
		return nil, err
	}
	before, err := leaseRevisions(ctx, st)
	if err != nil || len(before) == 0 {
		return before, err
	}
	timer := time.NewTicker(life / 10)
	defer timer.Stop()
	for end := time.Now().Add(life + life/3); time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-timer.C:
		}
		now, err := leaseRevisions(ctx, st)
		if err != nil {
			return nil, err
		}
		if !maps.Equal(before, now) {
			return nil, errServerRunning
		}
	}
	return before, nil
}

// checkStillUnused fails when a server has begun to use a location since it was opened.
func (p *location) checkStillUnused(ctx context.Context) error {
	if p.leasesAtOpen == nil {
		return nil // the folder is locked
	}
	now, err := leaseRevisions(ctx, p.store)
	if err == nil && !maps.Equal(p.leasesAtOpen, now) {
		err = errServerRunning
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

// leaseRevisions are the revisions of all leases, held or abandoned.
func leaseRevisions(ctx context.Context, st migrate.Store) (map[string]int64, error) {
	found := map[string]int64{}
	defs, err := st.Describe(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range defs {
		if c.Name != lease.Collection {
			continue
		}
		err := dump.Each(ctx, st, c.Name, "", func(docs []store.Doc) error {
			for _, d := range docs {
				found[d.ID] = d.Rev
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
