package sqlite

import (
	"fmt"
	"hash/fnv"
	"strings"

	"weft/runtime/store"
)

// index is an index of a collection in SQLite. An index that is not unique ends
// in the document's id, so that a page can continue after equal keys; SQLite reads
// it in both directions, so the direction of a key does not matter.
type index struct {
	store.Index
	name string // in the file; it changes when the definition does
	on   string // table, columns and condition
	sql  string
}

// same tells whether two definitions are the same index in the file, which
// ignores directions.
func (i index) same(other index) bool { return i.on == other.on && i.Unique == other.Unique }

func newIndex(c *collection, i store.Index) (index, error) {
	if len(i.Keys) == 0 {
		return index{}, fmt.Errorf("sqlite: index %s of %s has no keys", i.Name, c.Name)
	}
	var columns []string
	for _, k := range i.Keys {
		if k.Path.Through != "" {
			return index{}, fmt.Errorf("sqlite: index %s of %s crosses a reference", i.Name, c.Name)
		}
		col, err := indexColumn(c, k, i.Unique)
		if err != nil {
			return index{}, err
		}
		columns = append(columns, col)
	}
	first := columns[0]
	if !i.Unique {
		columns = append(columns, "id")
	}
	on := c.table + " (" + strings.Join(columns, ", ") + ")"
	if i.Sparse {
		on += " WHERE " + first + " IS NOT NULL"
	}
	h := fnv.New32a()
	fmt.Fprint(h, i.Unique, on)
	made := index{Index: i, on: on, name: fmt.Sprintf("x_%s_%s_%08x", c.Name, i.Name, h.Sum32())}
	made.sql = "CREATE INDEX " + quote(made.name) + " ON " + on
	if i.Unique { // in SQLite unset values do not conflict with each other
		made.sql = "CREATE UNIQUE INDEX " + quote(made.name) + " ON " + on
	}
	return made, nil
}

func indexColumn(c *collection, k store.IndexKey, unique bool) (string, error) {
	switch {
	case unique:
		return column("", k.Path.Field)
	case k.Folded:
		c.folded[k.Path.Field] = true
		raw, err := column("", k.Path.Field)
		return fnFold + "(" + raw + ")", err
	case k.Path.SortKey:
		c.sorted[k.Path.Field] = true
		return sortColumn("", k.Path.Field)
	}
	return column("", k.Path.Field)
}

// indexName returns the name in the definition of an index in the file.
func (c *collection) indexName(name string) string {
	for _, i := range c.indexes {
		if i.name == name {
			return i.Name
		}
	}
	return name
}
