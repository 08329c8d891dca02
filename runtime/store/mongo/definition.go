package mongo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// saveDefinition stores a definition for other processes, which learn of it by
// the change stream; of an unfinished one also what reads may use.
func (d *definitions) saveDefinition(ctx context.Context, k *collection) error {
	definition, err := json.Marshal(k.Collection)
	if err != nil {
		return fmt.Errorf("mongo: collection %s: %w", k.Name, err)
	}
	row := bson.D{{Key: "definition", Value: string(definition)}, {Key: "unfinished", Value: k.unfinished}}
	if k.unfinished {
		row = append(row, bson.E{Key: "held", Value: k.heldForms})
	}
	return d.health.call(ctx, func(ctx context.Context) error {
		_, err := d.db.Collection(catalogCollection).ReplaceOne(ctx, one(memberID, k.Name), row, options.Replace().SetUpsert(true))
		return err
	})
}

// loadCatalog reads the definitions of all collections.
func (d *definitions) loadCatalog(ctx context.Context) error {
	all, err := d.readDefinitions(ctx)
	if err == nil {
		d.catalog.put(all...)
	}
	return err
}

func (d *definitions) readDefinitions(ctx context.Context) (all []*collection, err error) {
	known := d.catalog.all()
	err = d.health.call(ctx, func(ctx context.Context) error {
		all = nil
		cursor, err := d.db.Collection(catalogCollection).Find(ctx, bson.D{})
		if err != nil {
			return err
		}
		return forEachDoc(ctx, cursor, func(raw bson.Raw) error {
			k, err := readDefinition(raw, known)
			if err == nil {
				all = append(all, k)
			}
			return err
		})
	})
	return all, err
}

// readDefinition decodes a row of catalogCollection. An unfinished one without
// held forms was written by an older weft.
func readDefinition(raw bson.Raw, known map[string]*collection) (*collection, error) {
	name, _ := raw.Lookup(memberID).StringValueOK()
	var row struct {
		Definition string                 `bson:"definition"`
		Unfinished bool                   `bson:"unfinished"`
		Held       map[string]storedForms `bson:"held"`
	}
	if err := bson.Unmarshal(raw, &row); err != nil {
		return nil, fmt.Errorf("mongo: collection %s: %w", name, err)
	}
	var def store.Collection
	if err := json.Unmarshal([]byte(row.Definition), &def); err != nil {
		return nil, fmt.Errorf("mongo: collection %s: %w", name, err)
	}
	k, err := newCollection(def, known[name])
	if err != nil {
		return nil, fmt.Errorf("mongo: definition of %s in %s: %w", name, catalogCollection, err)
	}
	if row.Unfinished {
		return k.inTransition(row.Held), nil
	}
	return k, nil
}

// followDefinitions adopts what other processes made of collections.
func (d *definitions) followDefinitions(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	all, err := d.readDefinitions(ctx)
	if err != nil {
		return err
	}
	known := d.catalog.all()
	for _, k := range all {
		err = errors.Join(err, d.followDefinition(ctx, k, known[k.Name]))
	}
	return err
}

// followDefinition writes by a definition at once and reads by it when the
// process that made it has backfilled all documents and this one has backfilled
// what it wrote itself by the old one. After a failure the collection stays
// unfinished, and the next call tries again.
func (d *definitions) followDefinition(ctx context.Context, k, old *collection) error {
	if old == nil {
		d.setCurrent(k)
		return nil
	}
	if !old.unfinished && !k.unfinished && reflect.DeepEqual(old.Collection, k.Collection) {
		return nil
	}
	next := k.inTransition(old.heldForms)
	d.setCurrent(next)
	if err := d.waitForOlderBatches(ctx); err != nil || k.unfinished {
		return err
	}
	if err := d.backfill(ctx, next); err != nil {
		return err
	}
	d.setCurrent(k)
	return nil
}
