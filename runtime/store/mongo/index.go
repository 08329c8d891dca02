package mongo

import (
	"fmt"
	"hash/fnv"
	"strings"

	"weft/runtime/query"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
)

const (
	// indexPrefix marks the indexes that Ensure made; others are not touched.
	indexPrefix = "weft_"
	// maxIndexName is accepted by every version of the database.
	maxIndexName = 63
	// wordsName is the index of search words.
	wordsName = "words"
)

// index is an index of a collection as the database has it.
type index struct {
	store.Index
	// digest identifies what the index is. name, in the database, ends in it;
	// the rest may be an earlier name of the index.
	digest, name string
	keys         bson.D
	// partial or sparse leave out documents without a value. With one key both
	// mean the same, but only for a partial index a query must show that it
	// lies within.
	partial bson.D
	sparse  bool
}

// newIndex makes the index and records what documents must store for it.
// Ascending keys start with the mark that the value is unset, since unset
// values come last both ways but the database sorts them first.
func (c *collection) newIndex(i store.Index) (index, error) {
	if len(i.Keys) == 0 {
		return index{}, fmt.Errorf("mongo: index %s of %s has no keys", i.Name, c.Name)
	}
	made := index{Index: i}
	for n, k := range i.Keys {
		field := k.Path.Field
		if k.Path.Through != "" {
			return index{}, fmt.Errorf("mongo: index %s of %s crosses a reference", i.Name, c.Name)
		}
		if !fieldName.MatchString(field) {
			return index{}, fmt.Errorf("mongo: %q cannot be the name of a field", field)
		}
		if i.Unique && len(i.Keys) == 1 {
			made.sparse = true
		} else if i.Unique || i.Sparse && n == 0 {
			made.partial = append(made.partial, bson.E{Key: fieldPath(field), Value: bson.D{{Key: "$exists", Value: true}}})
		}
		if i.Unique {
			c.field(field).unique = true
			made.keys = append(made.keys, bson.E{Key: fieldPath(field), Value: 1})
			continue
		}
		made.keys = append(made.keys, c.orderKeys(k)...)
	}
	if last := made.keys[len(made.keys)-1].Key; !i.Unique && last != memberID {
		made.keys = append(made.keys, bson.E{Key: memberID, Value: 1})
	}
	return made.named(), nil
}

// orderKeys are the database's keys for one key of an index that is not unique.
func (c *collection) orderKeys(k store.IndexKey) bson.D {
	field := k.Path.Field
	place := fieldPath(field)
	switch {
	case k.Folded:
		c.field(field).folded = true
		place = foldField(field)
	case k.Path.SortKey && k.Path.Kind == query.Text:
		c.field(field).sorted = true
		place = sortField(field)
	}
	if k.Desc {
		return bson.D{{Key: place, Value: -1}}
	}
	if field == "id" || field == memberRev { // never unset
		return bson.D{{Key: place, Value: 1}}
	}
	c.markUnset(field)
	return bson.D{{Key: unsetField(field), Value: 1}, {Key: place, Value: 1}}
}

func wordsIndex() index {
	return index{Index: store.Index{Name: wordsName}, keys: one(memberWords, 1)}.named()
}

// named sets the digest of an index and its name: prefix, name and digest.
func (i index) named() index {
	h := fnv.New32a()
	fmt.Fprint(h, i.Unique, i.keys, i.partial, i.sparse)
	i.digest = fmt.Sprintf("%08x", h.Sum32())
	name := i.Index.Name
	i.name = indexPrefix + name[:min(len(name), maxIndexName-len(indexPrefix)-len(i.digest)-1)] + "_" + i.digest
	return i
}

// digestOf is the digest in the name of an index of the database.
func digestOf(name string) string { return name[strings.LastIndexByte(name, '_')+1:] }

// nameOf is the name in the definition for an index of the database.
func (c *collection) nameOf(name string) string {
	if name == "_id_" {
		return "id"
	}
	for _, i := range c.indexes {
		if i.digest == digestOf(name) {
			return i.Index.Name
		}
	}
	return strings.TrimSuffix(strings.TrimPrefix(name, indexPrefix), "_"+digestOf(name))
}
