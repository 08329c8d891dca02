package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// Ensure creates or changes collections and their indexes in one commit. When
// nothing changes it does not need the writer. A unique index that existing documents
// violate fails with *store.UniqueError without ID, and nothing is changed.
func (s *Store) Ensure(ctx context.Context, cs []store.Collection) error {
	known := s.catalog.all()
	var changed []store.Collection
	for _, def := range cs {
		def = def.Normal()
		if old := known[def.Name]; old == nil || !reflect.DeepEqual(old.Collection, def) {
			changed = append(changed, def)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return s.writer.exclusively(ctx, func(c *conn) error { return s.ensure(c, changed) })
}

func (s *Store) ensure(c *conn, defs []store.Collection) error {
	var made []*collection
	err := c.inTransaction(func() error {
		for _, def := range defs {
			k, err := newCollection(def, s.catalog.all()[def.Name])
			if err != nil {
				return &refusal{err}
			}
			if err := c.ensure(k); err != nil {
				return err
			}
			made = append(made, k)
		}
		return nil
	})
	if err != nil {
		return err
	}
	set := s.catalog.with(made)
	for _, k := range made {
		k.changed.Store(s.feed.bump())
		s.kept.forget(k.Name)
	}
	s.catalog.set.Store(&set)
	return nil
}

func (c *conn) ensure(k *collection) error {
	for _, sql := range k.tables() {
		if err := c.once(sql); err != nil {
			return err
		}
	}
	have, err := c.indexesOf(k)
	if err != nil {
		return err
	}
	for _, i := range k.indexes {
		if have[i.name] {
			delete(have, i.name)
			continue
		}
		if err := c.once(i.sql); err != nil {
			if sqlite3.ErrCode(err).ToPrimary() == sqlite3.ResultConstraint {
				return &store.UniqueError{Collection: k.Name, Index: i.Name}
			}
			return err
		}
	}
	for name := range have {
		if err := c.once("DROP INDEX " + quote(name)); err != nil {
			return err
		}
	}
	definition, err := json.Marshal(k.Collection)
	if err != nil {
		return fmt.Errorf("sqlite: collection %s: %w", k.Name, err)
	}
	return c.exec("INSERT OR REPLACE INTO weft_collection VALUES (?,?)", k.Name, string(definition))
}

// indexesOf returns the names of the indexes that an earlier Ensure created.
func (c *conn) indexesOf(k *collection) (map[string]bool, error) {
	have := map[string]bool{}
	err := c.each("SELECT name FROM sqlite_schema WHERE type='index' AND tbl_name=? AND sql IS NOT NULL",
		[]any{"d_" + k.Name}, func(row *sqlite3.Stmt) error {
			have[row.ColumnText(0)] = true
			return nil
		})
	return have, err
}

// Collections lists the collections that exist, by name.
func (s *Store) Collections(context.Context) ([]string, error) { return s.catalog.names(), nil }
