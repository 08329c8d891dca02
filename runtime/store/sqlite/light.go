package sqlite

import (
	"weft/runtime/query"
	"weft/runtime/store"
)

// light tells whether a find reads little besides the documents that it returns,
// however many there are: by id, or through an index whose keys its condition
// fixes. Other finds are heavy: they may read the whole collection.
func (k *collection) light(f store.Find) bool {
	switch {
	case hasMatch(f.Where):
		return false
	case fixesID(f.Where):
		return true
	case len(f.Sort) > 0:
		return k.served(f.Where, nil, f.Sort[0].Path) && k.covered(f.Where, f.Sort)
	case matchesAll(f.Where):
		return true // in the order of id
	}
	fixed := fixedFields(f.Where, map[string]bool{})
	for _, i := range k.indexes {
		if i.fixedBy(fixed) && (i.Unique || i.decides(f.Where)) {
			return true
		}
	}
	return false
}

// fixedBy tells whether all keys of an index are fixed: its entries then come in
// the order of id.
func (i *index) fixedBy(fixed map[string]bool) bool {
	for _, key := range i.Keys {
		if !fixed[key.Path.Field] || key.Folded {
			return false
		}
	}
	return true
}

// fixesID tells whether a condition limits the documents to some ids.
func fixesID(x query.Expr) bool {
	switch x := x.(type) {
	case query.All:
		for _, part := range x {
			if fixesID(part) {
				return true
			}
		}
	case query.Cmp:
		return (x.Op == query.Eq || x.Op == query.In) && x.Path.Field == "id" && isOwnField(x.Path)
	}
	return false
}
