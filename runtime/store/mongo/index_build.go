package mongo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// dropTries is how often a drop is tried while another index is being built,
// which servers before 5.2 refuse; dropPause is between two tries.
const (
	dropTries = 20
	dropPause = 250 * time.Millisecond
)

// indexesToDrop are indexes of one collection by their names in the database.
type indexesToDrop struct {
	collection string
	indexes    []string
}

// indexDiff compares the indexes that a collection should have with those it
// has.
type indexDiff struct {
	// wanted are all indexes, by the names that they have or will get.
	wanted []index
	// missing are the names of those that do not exist, stale those that an
	// earlier Ensure made and that are no longer wanted.
	missing, stale []string
}

// diffIndexes compares indexes by their digests, since the same index may exist
// under another name. The database lists those that are still being built too.
func (d *definitions) diffIndexes(ctx context.Context, k *collection) (c indexDiff, err error) {
	have := map[string]string{}
	err = d.health.call(ctx, func(ctx context.Context) error {
		cursor, err := d.docs(k).Indexes().List(ctx)
		if err != nil {
			return err
		}
		return forEachDoc(ctx, cursor, func(raw bson.Raw) error {
			if name := raw.Lookup("name").StringValue(); strings.HasPrefix(name, indexPrefix) {
				have[digestOf(name)] = name
			}
			return nil
		})
	})
	for _, i := range k.indexes {
		if name, ok := have[i.digest]; ok {
			i.name = name
			delete(have, i.digest)
		} else {
			c.missing = append(c.missing, i.name)
		}
		c.wanted = append(c.wanted, i)
	}
	for _, name := range have {
		c.stale = append(c.stale, name)
	}
	slices.Sort(c.stale)
	return c, err
}

// buildIndexes makes the missing indexes and lists them meanwhile. Where old
// and new indexes together are more than the database allows, the old ones are
// dropped first.
func (d *definitions) buildIndexes(ctx context.Context, k *collection, there indexDiff, empty bool) error {
	defer d.builds.begin(k, there, d.buildLog(empty))()
	err := d.createIndexes(ctx, k, there.wanted)
	if !hasCode(err, codeNoIndex) || len(there.stale) == 0 {
		return err
	}
	if err := d.dropIndexes(ctx, []indexesToDrop{{k.Name, there.stale}}); err != nil {
		return err
	}
	return d.createIndexes(ctx, k, there.wanted)
}

// createIndexes makes several at once, or none. Existing ones are requested
// too: the database then waits for a build whose process ended, and makes the
// index itself if that build fails.
func (d *definitions) createIndexes(ctx context.Context, k *collection, wanted []index) error {
	if len(wanted) == 0 {
		return nil
	}
	models := make([]driver.IndexModel, len(wanted))
	for n, i := range wanted {
		models[n] = i.model()
	}
	err := d.health.callWithin(ctx, 0, func(ctx context.Context) error {
		_, err := d.docs(k).Indexes().CreateMany(ctx, models, options.CreateIndexes().SetCommitQuorumMajority())
		return err
	})
	if hasCode(err, codeDuplicateKey) {
		return &store.UniqueError{Collection: k.Name, Index: k.nameOf(indexOf(err.Error()))}
	}
	if err != nil {
		return fmt.Errorf("indexes of %s: %w", k.Name, err)
	}
	return nil
}

func (i index) model() driver.IndexModel {
	o := options.Index().SetName(i.name)
	if i.Unique {
		o.SetUnique(true)
	}
	if i.sparse {
		o.SetSparse(true)
	}
	if i.partial != nil {
		o.SetPartialFilterExpression(i.partial)
	}
	return driver.IndexModel{Keys: i.keys, Options: o}
}

// dropIndexes drops those that exist.
func (d *definitions) dropIndexes(ctx context.Context, list []indexesToDrop) error {
	for _, drop := range list {
		for _, name := range drop.indexes {
			if err := d.dropIndex(ctx, drop, name); err != nil {
				return fmt.Errorf("drop of index %s of %s: %w", name, drop.collection, err)
			}
		}
	}
	return nil
}

// dropIndex drops one of several indexes. While these are being built together
// the database ends the build only for all of them at once, and older servers
// drop none while another one is being built.
func (d *definitions) dropIndex(ctx context.Context, drop indexesToDrop, name string) error {
	for try := 1; ; try++ {
		err := d.dropIndexOnce(ctx, drop.collection, name)
		if hasCode(err, codeBuilding, codeBuildingHere) && len(drop.indexes) > 1 {
			err = d.dropIndexOnce(ctx, drop.collection, drop.indexes)
		}
		if !hasCode(err, codeBuilding, codeBuildingHere) || try == dropTries {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(dropPause):
		}
	}
}

// dropIndexOnce drops the index of a name, or all of a list of names.
func (d *definitions) dropIndexOnce(ctx context.Context, collection string, which any) error {
	return d.health.call(ctx, func(ctx context.Context) error {
		err := d.db.RunCommand(ctx, bson.D{{Key: "dropIndexes", Value: collection}, {Key: "index", Value: which}}).Err()
		if hasCode(err, codeIndexNotFound) {
			return nil
		}
		return err
	})
}
