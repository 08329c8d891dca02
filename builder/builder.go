// Package builder is design time: drafts are checked, their impact is counted,
// sets of definitions are published as immutable versions, and packages are
// installed and exported. Nothing of run time depends on it.
package builder

import (
	"context"
	"fmt"
	"sync"
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/runtime/store/lease"
	"weft/schemas"
)

// Options of a Builder. Store, Current and Collections must be given.
type Options struct {
	Store   store.Store
	Current *model.Current
	// Collections gives the store collections of all packages under a model,
	// including those of this package (Collections).
	Collections func(*model.Model) []store.Collection
	// Leases let only one process at a time publish; nil: there is only this one.
	Leases *lease.Keeper
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Zone is that of the organisation; nil means UTC.
	Zone func() *time.Location
}

// Builder publishes definitions. It is safe for concurrent use; publishing
// happens one at a time.
type Builder struct {
	store       store.Store
	current     *model.Current
	collections func(*model.Model) []store.Collection
	now         func() time.Time
	zone        func() *time.Location
	leases      *lease.Keeper
	publishing  sync.Mutex
}

// New makes a Builder.
func New(o Options) *Builder {
	b := &Builder{store: o.Store, current: o.Current, collections: o.Collections, leases: o.Leases, now: o.Now, zone: o.Zone}
	if b.now == nil {
		b.now = time.Now
	}
	if b.zone == nil {
		b.zone = func() *time.Location { return time.UTC }
	}
	clock := b.now
	b.now = func() time.Time { return clock().UTC().Truncate(time.Millisecond) } // as instants are on the wire
	return b
}

// Load makes the newest published version the current one and creates its
// collections; without a version there are only the built-in entities. It fails,
// and the current model stays, when the version does not compile: then another
// release of weft wrote it.
func (b *Builder) Load(ctx context.Context) error {
	if err := b.store.Ensure(ctx, lease.Collections()); err != nil {
		return fmt.Errorf("builder: collections: %w", err)
	}
	ctx, unlock, err := b.lockPublishing(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return b.load(ctx)
}

// publishingLease is held by the process that publishes or creates the
// collections of a version: two at once would drop each other's indexes.
const publishingLease = "publishing"

// lockPublishing waits for the turn to publish. The context it gives ends when the turn
// is lost to another process; leave must be called.
func (b *Builder) lockPublishing(ctx context.Context) (_ context.Context, unlock func(), err error) {
	b.publishing.Lock()
	if b.leases == nil {
		return ctx, b.publishing.Unlock, nil
	}
	l, err := b.leases.Wait(ctx, publishingLease)
	if err != nil {
		b.publishing.Unlock()
		return nil, nil, fmt.Errorf("builder: %w", err)
	}
	kept, stop := l.Keep(ctx)
	return kept, func() {
		defer b.publishing.Unlock()
		stop()
		_ = l.Release(context.WithoutCancel(ctx)) // a lease that cannot be released expires
	}, nil
}

func (b *Builder) load(ctx context.Context) error {
	if err := b.store.Ensure(ctx, Collections()); err != nil {
		return fmt.Errorf("builder: collections: %w", err)
	}
	newest, err := b.newest(ctx)
	if err != nil {
		return err
	}
	set := &schemas.Set{}
	if newest.Version > 0 {
		if set, err = b.Definitions(ctx, newest.Version); err != nil {
			return err
		}
	}
	m, problems := model.CompilePublished(set, newest.Version)
	if len(problems) > 0 {
		return fmt.Errorf("builder: version %d: %w", newest.Version, problem.Of(problem.Invalid, problems...))
	}
	if err := b.store.Ensure(ctx, b.collections(m)); err != nil {
		return fmt.Errorf("builder: collections of version %d: %w", newest.Version, err)
	}
	b.current.Swap(m)
	return nil
}

// Published is the set of published definitions.
func (b *Builder) Published() *schemas.Set {
	if m := b.current.Model(); m != nil {
		return m.Set
	}
	return &schemas.Set{}
}
