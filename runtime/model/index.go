package model

import (
	"strconv"
	"strings"

	"weft/runtime/query"
	"weft/schemas"
)

// Indexes are the indexes of an entity's collection, each once: its unique
// keys, then what lists filter and sort by (references, for restrict, roll-ups
// and row scopes; owners; fields marked indexed or sortable), then x-indexes.
func (e *Entity) Indexes() []query.Index {
	set := indexSet{have: map[string]bool{}, names: map[string]bool{}}
	for _, u := range e.Unique {
		keys := make([]query.IndexKey, len(u.Fields))
		for i, f := range u.Fields {
			keys[i] = query.IndexKey{Path: query.Path{Field: f.Key, Kind: f.Kind}}
		}
		set.add(query.Index{Name: u.Name, Unique: true, Keys: keys}, false)
	}
	set.fields(e)
	for _, i := range e.countIndexes() {
		set.add(i, false)
	}
	if e.Def != nil {
		for _, x := range e.Def.Indexes {
			set.add(e.writtenIndex(x.Fields), true)
		}
	}
	return set.list
}

// indexSet gathers indexes.
type indexSet struct {
	list []query.Index
	// have are the keys of all; the value tells that they are unique only.
	have  map[string]bool
	names map[string]bool
}

// add adds an index, unless there is one of the same keys. For equality a unique
// one will do; one that was asked for may be meant for an order, which a unique
// one does not give.
func (s *indexSet) add(i query.Index, asked bool) {
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
	if unique, have := s.have[b.String()]; have && !(unique && asked) {
		return
	}
	s.have[b.String()] = i.Unique
	name := i.Name
	for n := 2; s.names[i.Name]; n++ { // the same fields in another direction
		i.Name = name + "_" + strconv.Itoa(n)
	}
	s.names[i.Name] = true
	s.list = append(s.list, i)
}

func (s *indexSet) fields(e *Entity) {
	for _, f := range e.Fields {
		if f.Kind == query.Keys || f.Kind == query.Object || f.IsChildRows() {
			continue
		}
		path := query.Path{Field: f.Key, Kind: f.Kind}
		recordID := e.OnlyRead() && f.Key == "record"
		if f.Def.Indexed || f.Target != nil || f.Key == e.OwnerField || recordID {
			s.add(query.Index{Name: "by_" + f.Key, Keys: []query.IndexKey{{Path: path}}}, false)
		}
		if f.Def.Indexed && f.Def.FieldType == schemas.TypeClock { // what runs, is overdue, is paused
			state := query.Path{Field: f.Key + clockState, Kind: query.Key}
			s.add(query.Index{Name: "state_" + f.Key, Keys: []query.IndexKey{{Path: state}, {Path: path}}}, false)
		}
		if f.Def.Sortable && f.Kind == query.Text {
			path.SortKey = true
			s.add(query.Index{Name: "sort_" + f.Key, Keys: []query.IndexKey{{Path: path}}}, false)
		}
	}
}

// writtenIndex is an index as x-indexes writes it: fields, "-" for descending.
// Texts are ordered by sort key, kept or not.
func (e *Entity) writtenIndex(fields []string) query.Index {
	i := query.Index{Name: "x"}
	for _, name := range fields {
		key, desc := trimMinus(name)
		path := query.Path{Field: key, Kind: query.Key}
		if f := e.ByKey[key]; f != nil {
			path.Kind, path.SortKey = f.Kind, f.Kind == query.Text
		} else if f, ok := e.Lookup(key); ok {
			path.Kind = f.Kind
		}
		i.Keys = append(i.Keys, query.IndexKey{Path: path, Desc: desc})
		i.Name += "_" + key
	}
	return i
}

// indexText is x-indexes with one index, as it is written in a definition.
func indexText(fields []string) string {
	return `{"fields":["` + strings.Join(fields, `","`) + `"]}`
}
