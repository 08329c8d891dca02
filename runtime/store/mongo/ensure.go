package mongo

import (
	"context"
	"errors"
	"reflect"
	"sync"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// definitions makes collections and indexes, and keeps documents and catalog in
// step with them.
type definitions struct {
	*connection
	catalog *catalog
	feed    *changeFeed
	writer  *writer
	mu      sync.Mutex // held while definitions change
	builds  builds
	// injectedFault is that of the Store.
	injectedFault func() error
}

// Ensure makes collections with their indexes and returns when all are built;
// PendingIndexes lists those that are running. When nothing changes the database
// is not asked. A unique index that existing documents violate fails with
// *store.UniqueError without ID, and nothing is changed.
func (s *Store) Ensure(ctx context.Context, cs []store.Collection) error {
	return s.definitions.ensureAll(ctx, cs)
}

func (d *definitions) ensureAll(ctx context.Context, cs []store.Collection) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var made []*collection
	for _, def := range cs {
		def = def.Normal()
		old := d.catalog.all()[def.Name]
		if old != nil && !old.unfinished && reflect.DeepEqual(old.Collection, def) {
			continue
		}
		k, err := newCollection(def, old)
		if err != nil {
			return err
		}
		made = append(made, k)
	}
	if len(made) == 0 {
		return nil
	}
	return d.ensure(ctx, made)
}

// ensure builds indexes first: while one may still be refused, nothing else is
// changed.
func (d *definitions) ensure(ctx context.Context, made []*collection) (err error) {
	var fresh, stale []indexesToDrop
	defer func() {
		if err != nil { // drop the indexes made so far
			err = errors.Join(err, d.dropIndexes(context.WithoutCancel(ctx), fresh))
		}
	}()
	known := d.catalog.all()
	for n, k := range made {
		if err := d.createCollection(ctx, k.Name); err != nil {
			return err
		}
		empty, err := d.isEmpty(ctx, k)
		if err != nil {
			return err
		}
		there, err := d.diffIndexes(ctx, k)
		if err != nil {
			return err
		}
		stale = append(stale, indexesToDrop{k.Name, there.stale})
		fresh = append(fresh, indexesToDrop{k.Name, there.missing})
		if err := d.buildIndexes(ctx, k, there, empty); err != nil {
			return err
		}
		made[n] = initialState(k, known[k.Name], empty)
	}
	for _, k := range made {
		if err := d.saveDefinition(ctx, k); err != nil {
			return err
		}
	}
	fresh = nil
	return d.activate(ctx, made, stale)
}

// initialState is the first state of a new definition: complete where no
// document was written by an earlier definition. What another process writes by
// an earlier one later, that process backfills.
func initialState(k, old *collection, empty bool) *collection {
	switch {
	case old != nil: // this process may be writing by the old one
		return k.inTransition(old.heldForms)
	case empty:
		return k
	}
	return k.inTransition(nil)
}

// isEmpty tells whether a collection has no document.
func (d *definitions) isEmpty(ctx context.Context, k *collection) (empty bool, err error) {
	err = d.health.call(ctx, func(ctx context.Context) error {
		err := d.docs(k).FindOne(ctx, bson.D{}, options.FindOne().SetProjection(one(memberID, 1))).Err()
		if empty = errors.Is(err, driver.ErrNoDocuments); empty {
			return nil
		}
		return err
	})
	return empty, err
}

// activate makes definitions current: documents are written by them at once,
// and read by them when all documents are backfilled.
func (d *definitions) activate(ctx context.Context, made []*collection, stale []indexesToDrop) error {
	d.setCurrent(made...)
	if err := d.waitForOlderBatches(ctx); err != nil {
		return err
	}
	for _, k := range made {
		if !k.unfinished {
			continue
		}
		empty, err := d.isEmpty(ctx, k)
		if err == nil && !empty {
			err = d.backfill(ctx, k)
		}
		if err != nil {
			return err
		}
	}
	if err := d.dropIndexes(ctx, stale); err != nil {
		return err
	}
	for _, k := range made {
		if !k.unfinished {
			continue
		}
		done := *k
		done.unfinished = false
		done.allFormsHeld()
		if err := d.saveDefinition(ctx, &done); err != nil {
			return err
		}
		d.setCurrent(&done)
	}
	return nil
}

// setCurrent makes definitions current in this process.
func (d *definitions) setCurrent(made ...*collection) {
	d.catalog.put(made...)
	for _, k := range made {
		d.feed.markChanged(k)
	}
}
