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

// errNotWhole says that a store is the target of a migration or a restore that
// has not come to its end.
func errNotWhole(s *migrate.State) error {
	return fmt.Errorf("it holds an unfinished copy of %s; run weft migrate or weft restore again to finish it, or take an empty place", s.From)
}

// whole sees that a store is not the target of an unfinished copy.
func whole(ctx context.Context, st store.Store) error {
	state, err := migrate.Unfinished(ctx, st)
	if err == nil && state != nil {
		err = errNotWhole(state)
	}
	return err
}

// idle sees that a store is whole and, as far as can be told, that no server
// works with it: one moves its leases on.
func idle(ctx context.Context, st migrate.Store) error {
	if err := whole(ctx, st); err != nil {
		return err
	}
	before, err := leases(ctx, st)
	if err != nil || len(before) == 0 {
		return err
	}
	timer := time.NewTicker(lease.Life / 10)
	defer timer.Stop()
	for end := time.Now().Add(lease.Life / 2); time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		now, err := leases(ctx, st)
		if err != nil {
			return err
		}
		if !maps.Equal(before, now) {
			return errors.New("a server is working with it; stop it first")
		}
	}
	return nil
}

// leases are the revisions of all leases that are held or were left behind.
func leases(ctx context.Context, st migrate.Store) (map[string]int64, error) {
	found := map[string]int64{}
	defs, err := st.Definitions(ctx)
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
