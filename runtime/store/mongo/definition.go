package mongo

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// saveDefinition keeps a definition for other processes, which hear of it by
// the change stream. It is unfinished as long as not all that it needs was done.
func (s *Store) saveDefinition(ctx context.Context, k *collection, unfinished bool) error {
	definition, err := json.Marshal(k.Collection)
	if err != nil {
		return fmt.Errorf("mongo: collection %s: %w", k.Name, err)
	}
	return s.health.call(ctx, func(ctx context.Context) error {
		_, err := s.db.Collection(catalogCollection).ReplaceOne(ctx, bson.D{{Key: memberID, Value: k.Name}},
			bson.D{{Key: "definition", Value: string(definition)}, {Key: "unfinished", Value: unfinished}}, options.Replace().SetUpsert(true))
		return err
	})
}

// loadCatalog reads the definitions of all collections.
func (s *Store) loadCatalog(ctx context.Context) error {
	all, err := s.readDefinitions(ctx)
	s.catalog.put(all...)
	return err
}

func (s *Store) readDefinitions(ctx context.Context) (all []*collection, err error) {
	known := s.catalog.all()
	err = s.health.call(ctx, func(ctx context.Context) error {
		cursor, err := s.db.Collection(catalogCollection).Find(ctx, bson.D{})
		if err != nil {
			return err
		}
		return eachOf(ctx, cursor, func(raw bson.Raw) error {
			k, err := readDefinition(raw, known)
			all = append(all, k)
			return err
		})
	})
	return all, err
}

func readDefinition(raw bson.Raw, known map[string]*collection) (*collection, error) {
	name, _ := raw.Lookup(memberID).StringValueOK()
	definition, _ := raw.Lookup("definition").StringValueOK()
	var def store.Collection
	if err := json.Unmarshal([]byte(definition), &def); err != nil {
		return nil, fmt.Errorf("mongo: collection %s: %w", name, err)
	}
	k, err := newCollection(def, known[name])
	if err == nil {
		k.unfinished, _ = raw.Lookup("unfinished").BooleanOK()
	}
	return k, err
}

// followDefinitions takes over what another process made of collections. What
// this process wrote by the older definition is mended after that, so that
// nothing is left without the members that new indexes need.
func (s *Store) followDefinitions(ctx context.Context) error {
	s.ensures.Lock()
	defer s.ensures.Unlock()
	all, err := s.readDefinitions(ctx)
	if err != nil {
		return err
	}
	known := s.catalog.all()
	for _, k := range all {
		if old := known[k.Name]; old != nil && reflect.DeepEqual(old.Collection, k.Collection) {
			continue
		}
		s.adopt(k)
		if err := s.settle(ctx); err != nil {
			return err
		}
		if err := s.backfill(ctx, k, known[k.Name]); err != nil {
			return err
		}
	}
	return nil
}
