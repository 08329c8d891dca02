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

// notWholeError says that a store is the target of a migration or a restore that
// has not come to its end.
type notWholeError struct{ from string }

func (e *notWholeError) Error() string {
	return fmt.Sprintf("it holds an unfinished copy of %s; run weft migrate or weft restore again to finish it, or take an empty place", e.from)
}

// whole sees that a store is not the target of an unfinished copy.
func whole(ctx context.Context, st store.Store) error {
	state, err := migrate.Unfinished(ctx, st)
	if err == nil && state != nil {
		err = &notWholeError{state.From}
	}
	return err
}

var errServed = errors.New("a server is working with it; stop it first")

// idle sees that a store is whole and, as far as can be told, that no server
// works with it: one moves its leases on, of the life given. It is watched longer
// than a server can leave them standing still, which is when it was killed and
// started again and waits for those of its former self. The leases that
// were left behind are returned.
func idle(ctx context.Context, st migrate.Store, life time.Duration) (map[string]int64, error) {
	if err := whole(ctx, st); err != nil {
		return nil, err
	}
	before, err := leases(ctx, st)
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
		now, err := leases(ctx, st)
		if err != nil {
			return nil, err
		}
		if !maps.Equal(before, now) {
			return nil, errServed
		}
	}
	return before, nil
}

// stillIdle sees that no server has taken a place up since it was opened.
func (p *place) stillIdle(ctx context.Context) error {
	if p.leases == nil {
		return nil // nobody else can
	}
	now, err := leases(ctx, p.store)
	if err == nil && !maps.Equal(p.leases, now) {
		err = errServed
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

// leases are the revisions of all leases that are held or were left behind.
func leases(ctx context.Context, st migrate.Store) (map[string]int64, error) {
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
