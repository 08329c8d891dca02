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
	// Collections gives the store collections of every room under a model,
	// those of this room (Collections) among them.
	Collections func(*model.Model) []store.Collection
	// Leases let only one process at a time publish; nil: there is only this one.
	Leases *lease.Keeper
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Builder publishes definitions. It is safe for concurrent use; publishing
// happens one at a time.
type Builder struct {
	store       store.Store
	current     *model.Current
	collections func(*model.Model) []store.Collection
	now         func() time.Time
	leases      *lease.Keeper
	publishing  sync.Mutex
}

// New makes a Builder.
func New(o Options) *Builder {
	b := &Builder{store: o.Store, current: o.Current, collections: o.Collections, leases: o.Leases, now: o.Now}
	if b.now == nil {
		b.now = time.Now
	}
	return b
}

// Load puts the newest published version in force and makes its collections;
// without one, the built-in entities alone. It fails, and leaves what is in
// force, when the version does not compile: then it was written by another weft.
func (b *Builder) Load(ctx context.Context) error {
	if err := b.store.Ensure(ctx, lease.Collections()); err != nil {
		return fmt.Errorf("builder: collections: %w", err)
	}
	ctx, leave, err := b.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return b.load(ctx)
}

// publishingLease is held by the process that publishes, or sees to the
// collections of what was published: two that do so at once would drop each
// other's indexes.
const publishingLease = "publishing"

// enter waits for the turn to publish. The context it gives ends when the turn
// is lost to another process; leave must be called.
func (b *Builder) enter(ctx context.Context) (_ context.Context, leave func(), err error) {
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
		_ = l.Release(context.WithoutCancel(ctx)) // what cannot be given back ends by itself
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
	m, problems := model.Compile(set, newest.Version)
	if len(problems) > 0 {
		return fmt.Errorf("builder: version %d: %w", newest.Version, problem.Of(problem.Invalid, problems...))
	}
	if err := b.store.Ensure(ctx, b.collections(m)); err != nil {
		return fmt.Errorf("builder: collections of version %d: %w", newest.Version, err)
	}
	b.current.Swap(m)
	return nil
}

// present is the set of definitions in force.
func (b *Builder) present() *schemas.Set {
	if m := b.current.Model(); m != nil {
		return m.Set
	}
	return &schemas.Set{}
}
