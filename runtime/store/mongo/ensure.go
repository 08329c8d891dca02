package mongo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// Ensure makes collections with their indexes and returns when all are built;
// Building tells of those under way. When nothing changes the database is not
// asked. A unique index that existing documents violate fails with
// *store.UniqueError without ID, and nothing is changed.
func (s *Store) Ensure(ctx context.Context, cs []store.Collection) error {
	s.ensures.Lock()
	defer s.ensures.Unlock()
	var made []*collection
	for _, def := range cs {
		def = normal(def)
		old := s.catalog.all()[def.Name]
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
	return s.ensure(ctx, made)
}

// normal is the definition as it is read back.
func normal(def store.Collection) store.Collection {
	data, err := json.Marshal(def)
	if err != nil {
		return def
	}
	var back store.Collection
	if json.Unmarshal(data, &back) != nil {
		return def
	}
	return back
}

// ensure makes indexes first: as long as one may be refused, nothing else is changed.
func (s *Store) ensure(ctx context.Context, made []*collection) (err error) {
	var fresh []build
	defer func() {
		if err != nil { // what was made for nothing goes
			err = errors.Join(err, s.dropIndexes(context.WithoutCancel(ctx), fresh))
		}
	}()
	var stale []build
	for _, k := range made {
		if err := s.createCollection(ctx, k.Name); err != nil {
			return err
		}
		if k.fresh, err = s.holdsNothing(ctx, k); err != nil {
			return err
		}
		missing, old, err := s.compareIndexes(ctx, k)
		if err != nil {
			return err
		}
		if err := s.createIndexes(ctx, k, missing); err != nil {
			return err
		}
		for _, i := range missing {
			fresh = append(fresh, build{k.Name, i.name})
		}
		stale = append(stale, old...)
	}
	for _, k := range made {
		if err := s.saveDefinition(ctx, k, !k.fresh); err != nil {
			return err
		}
	}
	fresh = nil
	return s.finish(ctx, made, stale)
}

// holdsNothing tells whether a collection has no document. What another process
// writes into it by an older definition later, that one mends.
func (s *Store) holdsNothing(ctx context.Context, k *collection) (empty bool, err error) {
	err = s.health.call(ctx, func(ctx context.Context) error {
		err := s.docs(k).FindOne(ctx, bson.D{}, options.FindOne().SetProjection(bson.D{{Key: memberID, Value: 1}})).Err()
		if empty = errors.Is(err, driver.ErrNoDocuments); empty {
			return nil
		}
		return err
	})
	return empty, err
}

// finish lets definitions come into force and does what can no longer be refused.
func (s *Store) finish(ctx context.Context, made []*collection, stale []build) error {
	known := s.catalog.all()
	s.adopt(made...)
	if err := s.settle(ctx); err != nil {
		return err
	}
	for _, k := range made {
		old := known[k.Name]
		if old != nil && old.unfinished {
			old = nil
		}
		if k.unfinished = !k.fresh; k.fresh {
			continue
		}
		if err := s.backfill(ctx, k, old); err != nil {
			return err
		}
	}
	if err := s.dropIndexes(ctx, stale); err != nil {
		return err
	}
	for _, k := range made {
		if k.fresh {
			continue
		}
		if err := s.saveDefinition(ctx, k, false); err != nil {
			return err
		}
		k.unfinished = false
	}
	return nil
}

// adopt lets definitions come into force in this process.
func (s *Store) adopt(made ...*collection) {
	s.catalog.put(made...)
	for _, k := range made {
		s.feed.bump(k)
	}
}

// build names an index of the database.
type build struct{ collection, index string }

// compareIndexes tells which indexes of a collection are missing and which
// were made by an earlier Ensure and are no longer named. Others are a
// person's and stay.
func (s *Store) compareIndexes(ctx context.Context, k *collection) (missing []index, stale []build, err error) {
	have := map[string]bool{}
	err = s.health.call(ctx, func(ctx context.Context) error {
		cursor, err := s.docs(k).Indexes().List(ctx)
		if err != nil {
			return err
		}
		return eachOf(ctx, cursor, func(raw bson.Raw) error {
			have[raw.Lookup("name").StringValue()] = true
			return nil
		})
	})
	for _, i := range k.indexes {
		if !have[i.name] {
			missing = append(missing, i)
		}
		delete(have, i.name)
	}
	for name := range have {
		if strings.HasPrefix(name, indexPrefix) {
			stale = append(stale, build{k.Name, name})
		}
	}
	slices.SortFunc(stale, func(a, b build) int { return strings.Compare(a.index, b.index) })
	return missing, stale, err
}

// createIndexes makes several at once, or none.
func (s *Store) createIndexes(ctx context.Context, k *collection, list []index) error {
	if len(list) == 0 {
		return nil
	}
	models := make([]driver.IndexModel, len(list))
	for n, i := range list {
		defer s.builds.begin(k.Name, i.Index.Name)()
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
		models[n] = driver.IndexModel{Keys: i.keys, Options: o}
	}
	err := s.health.limited(ctx, 0, func(ctx context.Context) error {
		_, err := s.docs(k).Indexes().CreateMany(ctx, models)
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

func (s *Store) dropIndexes(ctx context.Context, list []build) error {
	for _, b := range list {
		err := s.health.call(ctx, func(ctx context.Context) error {
			_, err := s.db.Collection(b.collection).Indexes().DropOne(ctx, b.index)
			if hasCode(err, codeIndexNotFound) {
				return nil
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("drop of index %s of %s: %w", b.index, b.collection, err)
		}
	}
	return nil
}
