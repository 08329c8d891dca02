package record

import (
	"strings"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// visitEntity is the built-in entity of stage visits.
const visitEntity = "stage_visit"

// Collections are the store collections of a model's entities and of this room.
func Collections(m *model.Model) []store.Collection {
	list := []store.Collection{
		{Name: HistoryCollection, Quiet: true, Indexes: []store.Index{seldom("import")}},
		{Name: IdempotencyCollection, Quiet: true, Indexes: []store.Index{
			{Name: "expires", Keys: []store.IndexKey{{Path: expiresPath}}},
		}},
		{Name: BinCollection, Quiet: true, Fences: true, Indexes: []store.Index{seldom("deletion")}},
		{Name: CounterCollection, Quiet: true},
		{Name: RenewalCollection, Quiet: true},
		{Name: model.VersionCollection, Fences: true},
	}
	for _, e := range m.Entities {
		list = append(list, entityCollection(e))
	}
	return list
}

// seldom indexes a field that is looked up and seldom set.
func seldom(field string) store.Index {
	return store.Index{Name: field, Sparse: true, Keys: []store.IndexKey{{Path: query.Path{Field: field, Kind: query.Key}}}}
}

func entityCollection(e *model.Entity) store.Collection {
	c := store.Collection{
		Name: e.Key, Kinds: make(map[string]query.Kind, len(e.Fields)), Searchable: len(e.Searchable) > 0,
	}
	for _, f := range e.Fields {
		c.Kinds[f.Key] = f.Kind
	}
	for _, f := range model.SystemFields() {
		c.Kinds[f.Key] = f.Kind
	}
	set := indexSet{c: &c, have: map[string]bool{}}
	for _, u := range e.Unique {
		keys := make([]store.IndexKey, len(u.Fields))
		for i, f := range u.Fields {
			keys[i] = store.IndexKey{Path: query.Path{Field: f.Key, Kind: f.Kind}}
		}
		set.add(store.Index{Name: u.Name, Unique: true, Keys: keys})
	}
	set.fields(e)
	if e.Def != nil {
		for _, x := range e.Def.Indexes {
			set.written(e, x.Fields)
		}
	}
	return c
}

// indexSet gathers the indexes of one collection, each once.
type indexSet struct {
	c    *store.Collection
	have map[string]bool
}

func (s indexSet) add(i store.Index) {
	var b strings.Builder
	for _, k := range i.Keys {
		b.WriteString(k.Path.Field)
		if k.Path.SortKey {
			b.WriteByte('^')
		}
		if k.Desc {
			b.WriteByte('-')
		}
		b.WriteByte(',')
	}
	if s.have[b.String()] {
		return
	}
	s.have[b.String()] = true
	s.c.Indexes = append(s.c.Indexes, i)
}

// fields indexes what lists filter and sort by: references (for restrict,
// roll-ups and row scopes), owners, and fields marked indexed or sortable.
func (s indexSet) fields(e *model.Entity) {
	for _, f := range e.Fields {
		if f.Kind == query.Keys || f.Kind == query.Object || f.Def.FieldType == schemas.TypeChildRows {
			continue
		}
		path := query.Path{Field: f.Key, Kind: f.Kind}
		visitOf := e.Key == visitEntity && f.Key == "record"
		if f.Def.Indexed || f.Target != nil || f.Key == e.OwnerField || visitOf {
			s.add(store.Index{Name: "by_" + f.Key, Keys: []store.IndexKey{{Path: path}}})
		}
		if f.Def.Sortable && f.Kind == query.Text {
			path.SortKey = true
			s.add(store.Index{Name: "sort_" + f.Key, Keys: []store.IndexKey{{Path: path}}})
		}
	}
}

// written adds an index of x-indexes.
func (s indexSet) written(e *model.Entity, fields []string) {
	i := store.Index{Name: "x"}
	for _, name := range fields {
		key := strings.TrimPrefix(name, "-")
		path := query.Path{Field: key, Kind: query.Key}
		if f := e.ByKey[key]; f != nil {
			path.Kind, path.SortKey = f.Kind, f.Kind == query.Text // texts are ordered by sort key, kept or not
		} else if f, ok := e.Lookup(key); ok {
			path.Kind = f.Kind
		}
		i.Keys = append(i.Keys, store.IndexKey{Path: path, Desc: key != name})
		i.Name += "_" + key
	}
	s.add(i)
}
