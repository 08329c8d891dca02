package record

import (
	"maps"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/store"
)

// visitEntity is the built-in entity of stage visits.
const visitEntity = "stage_visit"

// Collections are the store collections of a model's entities and of this package.
func Collections(m *model.Model) []store.Collection {
	list := []store.Collection{
		{Name: HistoryCollection, Unwatched: true, Indexes: []store.Index{sparseIndex("import"), sparseIndex("cause")}},
		{Name: IdempotencyCollection, Unwatched: true, Indexes: []store.Index{
			{Name: "expires", Keys: []store.IndexKey{{Path: expiresPath}}},
		}},
		{Name: BinCollection, Unwatched: true, ExpectAbsent: true, Indexes: []store.Index{
			sparseIndex("deletion"), sparseIndex("entity"), sparseIndex("merged_into"),
		}},
		{Name: CounterCollection, Unwatched: true},
		{Name: RecomputationCollection, Unwatched: true},
		{Name: model.VersionCollection, ExpectAbsent: true},
	}
	for _, e := range m.Entities {
		list = append(list, entityCollection(e))
	}
	return list
}

// sparseIndex indexes a field that is looked up and seldom set.
func sparseIndex(field string) store.Index {
	return store.Index{Name: field, Sparse: true, Keys: []store.IndexKey{{Path: query.Path{Field: field, Kind: query.Key}}}}
}

func entityCollection(e *model.Entity) store.Collection {
	c := store.Collection{
		Name: e.Key, Kinds: make(map[string]query.Kind, len(e.Fields)), Searchable: len(e.Searchable) > 0, Indexes: e.Indexes(),
	}
	for _, f := range e.Fields {
		maps.Copy(c.Kinds, f.StoredKinds())
	}
	for _, f := range model.SystemFields() {
		c.Kinds[f.Key] = f.Kind
	}
	return c
}
