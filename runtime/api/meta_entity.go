package api

import (
	"maps"
	"slices"

	"weft/runtime/model"
	"weft/schemas"
)

// entityMeta is an entity as its users see it.
type entityMeta struct {
	Key         string              `json:"key"`
	Title       schemas.Title       `json:"title"`
	Description *schemas.Title      `json:"description,omitempty"`
	BuiltIn     bool                `json:"built_in,omitempty"`
	TitleField  string              `json:"title_field,omitempty"`
	OwnerField  string              `json:"owner_field,omitempty"`
	ChildOf     *schemas.ChildOf    `json:"child_of,omitempty"`
	Operations  []schemas.Operation `json:"operations"`
	Fields      []fieldMeta         `json:"fields"`
	Machine     *machineMeta        `json:"machine,omitempty"`
	Schema      map[string]any      `json:"schema"`
}

// fieldMeta is a field as its users see it. Choices include hidden ones, since
// old records hold them.
type fieldMeta struct {
	Key        string            `json:"key"`
	Type       schemas.FieldType `json:"type"`
	Title      schemas.Title     `json:"title"`
	Help       *schemas.Title    `json:"help,omitempty"`
	Required   bool              `json:"required,omitempty"`
	Readable   bool              `json:"readable"`
	Writable   bool              `json:"writable"`
	Searchable bool              `json:"searchable,omitempty"`
	Choices    []schemas.Choice  `json:"choices,omitempty"`
	Currency   string            `json:"currency,omitempty"`
	Entity     string            `json:"entity,omitempty"` // of references and child rows
	MediaTypes []string          `json:"media_types,omitempty"`
	MaxBytes   int64             `json:"max_bytes,omitempty"`
	Position   bool              `json:"keep_position,omitempty"` // of pictures
	Max        int               `json:"max,omitempty"`
	Result     schemas.FieldType `json:"result,omitempty"`
}

// machineMeta is a stage machine without its guards, which are reported, all at
// once, when a transition violates them.
type machineMeta struct {
	Key         string           `json:"key"`
	Title       schemas.Title    `json:"title"`
	Field       string           `json:"field"`
	Initial     string           `json:"initial"`
	Stages      []stageMeta      `json:"stages"`
	Transitions []transitionMeta `json:"transitions"`
}

type stageMeta struct {
	Key         string        `json:"key"`
	Title       schemas.Title `json:"title"`
	Type        string        `json:"type"`
	Probability *float64      `json:"probability,omitempty"`
}

type transitionMeta struct {
	Key       string          `json:"key"`
	Title     schemas.Title   `json:"title"`
	From      []string        `json:"from"`
	To        string          `json:"to"`
	Direction string          `json:"direction"`
	Form      []string        `json:"form,omitempty"`
	Reason    *schemas.Reason `json:"reason,omitempty"`
	Allowed   bool            `json:"allowed"`
}

var operations = []schemas.Operation{
	schemas.OpCreate, schemas.OpRead, schemas.OpUpdate, schemas.OpDelete,
	schemas.OpExport, schemas.OpImport, schemas.OpImportHistory,
}

// usable lists the entities of the actor, sorted by key.
func (v viewer) usable() []*model.Entity {
	var list []*model.Entity
	for _, key := range slices.Sorted(maps.Keys(v.m.Entities)) {
		if v.uses(key) {
			list = append(list, v.m.Entities[key])
		}
	}
	return list
}

func (v viewer) entities() []entityMeta {
	list := []entityMeta{}
	for _, e := range v.usable() {
		list = append(list, v.entity(e))
	}
	return list
}

func (v viewer) entity(e *model.Entity) entityMeta {
	meta := entityMeta{
		Key: e.Key, Title: e.Def.Title, Description: e.Def.Description, BuiltIn: e.BuiltIn,
		OwnerField: e.OwnerField, ChildOf: e.Def.ChildOf, Operations: []schemas.Operation{},
		Fields: []fieldMeta{}, Schema: v.schema(e),
	}
	if e.TitleField != nil && v.rights.Readable(e.Key, e.TitleField.Key) {
		meta.TitleField = e.TitleField.Key
	}
	for _, op := range operations {
		if v.rights.Allowed(e.Key, op) {
			meta.Operations = append(meta.Operations, op)
		}
	}
	for _, f := range e.Fields {
		if readable, writable := v.rights.Readable(e.Key, f.Key), v.writable(e.Key, f.Key); readable || writable {
			meta.Fields = append(meta.Fields, v.field(f, readable, writable))
		}
	}
	if e.Machine != nil && v.rights.Readable(e.Key, e.Machine.Field.Key) {
		meta.Machine = v.machine(e.Machine)
	}
	return meta
}

func (v viewer) field(f *model.Field, readable, writable bool) fieldMeta {
	d := f.Def
	meta := fieldMeta{
		Key: f.Key, Type: d.FieldType, Title: d.Title, Help: d.Help, Required: f.Required,
		Readable: readable, Writable: writable, Searchable: d.Searchable, Choices: d.Choices,
		Currency: d.Currency, MediaTypes: f.MediaTypes(), MaxBytes: d.MaxBytes, Position: d.KeepPosition, Max: d.Max, Result: d.Result,
	}
	if f.Target != nil {
		meta.Entity = f.Target.Key
	}
	return meta
}

// writable tells whether some grant lets the actor write a field on some row.
func (v viewer) writable(entity, field string) bool {
	f := v.m.Entities[entity].ByKey[field]
	if f == nil || f.Computed || f.Def.ReadOnly {
		return false
	}
	if v.rights.Actor.Admin {
		return true
	}
	for _, role := range v.rights.Actor.Roles {
		r := v.m.Roles[role]
		if r == nil {
			continue
		}
		for _, g := range r.Grants {
			if g.Entity.Key == entity && (g.Ops[schemas.OpCreate] || g.Ops[schemas.OpUpdate]) && g.Def.Write.Has(field) {
				return true
			}
		}
	}
	return false
}

func (v viewer) machine(m *model.StageMachine) *machineMeta {
	meta := &machineMeta{Key: m.Def.Key, Title: m.Def.Title, Field: m.Field.Key, Initial: m.Def.Initial, Transitions: []transitionMeta{}}
	for _, s := range m.Def.Stages {
		meta.Stages = append(meta.Stages, stageMeta{s.Key, s.Title, s.Type, s.Probability})
	}
	for _, t := range m.Transitions {
		meta.Transitions = append(meta.Transitions, transitionMeta{
			Key: t.Def.Key, Title: t.Def.Title, From: t.Def.From, To: t.Def.To, Direction: t.Def.Direction,
			Form: v.readableOrWritable(m.Entity.Key, t.Def.Form), Reason: t.Def.Reason, Allowed: v.allowedTransition(m.Entity.Key, t.Def.Key),
		})
	}
	return meta
}

// allowedTransition tells whether some grant gives the actor a transition on some row.
func (v viewer) allowedTransition(entity, transition string) bool {
	if v.rights.Actor.Admin {
		return true
	}
	for _, role := range v.rights.Actor.Roles {
		r := v.m.Roles[role]
		if r == nil {
			continue
		}
		for _, g := range r.Grants {
			if g.Entity.Key == entity && (slices.Contains(g.Def.Transitions, transition) || slices.Contains(g.Def.Transitions, "*")) {
				return true
			}
		}
	}
	return false
}

// schema is the entity's JSON Schema restricted to the actor's fields. When a
// field is left out so are all conditions, since they could mention it.
func (v viewer) schema(e *model.Entity) map[string]any {
	cut := e.JSONSchema()
	all := cut["properties"].(map[string]any)
	stored := make(map[string]any, len(all))
	for key, s := range all {
		if !model.IsSystem(key) && !v.rights.Readable(e.Key, key) && !v.writable(e.Key, key) {
			continue
		}
		if f := e.ByKey[key]; f != nil && f.IsChildRows() && f.Target != nil {
			rows := v.schema(f.Target)
			delete(rows, "$schema")
			delete(rows, "required") // a new row has no id yet
			s.(map[string]any)["items"] = rows
		}
		stored[key] = s
	}
	cut["properties"] = stored
	cut["required"] = slices.DeleteFunc(append([]string{"id", "rev"}, e.Def.Required...), func(key string) bool { return stored[key] == nil })
	if len(stored) < len(all) {
		for _, word := range conditionWords {
			delete(cut, word)
		}
	}
	return cut
}
