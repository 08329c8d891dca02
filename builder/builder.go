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
	"weft/schemas"
)

// Options of a Builder. Store, Current and Collections must be given.
type Options struct {
	Store   store.Store
	Current *model.Current
	// Collections gives the store collections of every room under a model,
	// those of this room (Collections) among them.
	Collections func(*model.Model) []store.Collection
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
	publishing  sync.Mutex
}

// New makes a Builder.
func New(o Options) *Builder {
	b := &Builder{store: o.Store, current: o.Current, collections: o.Collections, now: o.Now}
	if b.now == nil {
		b.now = time.Now
	}
	return b
}

// Load puts the newest published version in force and makes its collections;
// without one, the built-in entities alone. It fails, and leaves what is in
// force, when the version does not compile: then it was written by another weft.
func (b *Builder) Load(ctx context.Context) error {
	b.publishing.Lock()
	defer b.publishing.Unlock()
	return b.load(ctx)
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
