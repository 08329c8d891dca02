package api

import (
	"maps"
	"slices"

	"weft/runtime/model"
	"weft/runtime/trigger"
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
	Machine     *machineMeta        `json:"machine,omitempty"` // the first of Machines
	Machines    []*machineMeta      `json:"machines,omitempty"`
	Schema      map[string]any      `json:"schema"`
	// AssignmentRules are those that the actor may have applied to some record.
	AssignmentRules []ruleMeta `json:"assignment_rules,omitempty"`
	// Buttons are the triggers that the actor may start on some record.
	Buttons []buttonMeta `json:"buttons,omitempty"`
}

// buttonMeta is a button with the fields that it asks for.
type buttonMeta struct {
	Key   string        `json:"key"` // of its trigger
	Title schemas.Title `json:"title"`
	Form  []string      `json:"form,omitempty"`
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

// ruleMeta names an assignment rule.
type ruleMeta struct {
	Key   string        `json:"key"`
	Title schemas.Title `json:"title"`
}

// machineMeta is a stage machine, with the guards, locks and values that speak of
// the actor's fields: a form tells what a move needs before it asks for it.
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
	Retired     bool          `json:"retired,omitempty"`
	// Enter guards are asked on entry, Stay guards as long as the record stays;
	// Lock lists the fields that cannot be changed.
	Enter []schemas.Guard `json:"enter,omitempty"`
	Stay  []schemas.Guard `json:"stay,omitempty"`
	Lock  []string        `json:"lock,omitempty"`
}

type transitionMeta struct {
	Key       string          `json:"key"`
	Title     schemas.Title   `json:"title"`
	From      []string        `json:"from"`
	To        string          `json:"to"`
	Direction string          `json:"direction"`
	Form      []string        `json:"form,omitempty"`
	Reason    *schemas.Reason `json:"reason,omitempty"`
	Guards    []schemas.Guard `json:"guards,omitempty"`
	// Set are the fields that the move gives values.
	Set     []string `json:"set,omitempty"`
	Allowed bool     `json:"allowed"`
}

var operations = []schemas.Operation{
	schemas.OpCreate, schemas.OpRead, schemas.OpUpdate, schemas.OpDelete,
	schemas.OpExport, schemas.OpImport, schemas.OpImportHistory, schemas.OpClaim,
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
		if v.rights.Allowed(e.Key, op) && (op != schemas.OpClaim || e.ClaimRule() != nil) {
			meta.Operations = append(meta.Operations, op)
		}
	}
	for _, f := range e.Fields {
		if readable, writable := v.rights.Readable(e.Key, f.Key), v.writable(e.Key, f.Key); readable || writable {
			meta.Fields = append(meta.Fields, v.field(f, readable, writable))
		}
	}
	for _, m := range e.Machines {
		if !v.rights.Readable(e.Key, m.Field.Key) {
			continue
		}
		meta.Machines = append(meta.Machines, v.machine(m))
		if m == e.Machine {
			meta.Machine = meta.Machines[0]
		}
	}
	for _, r := range e.AssignmentRules {
		if v.rights.Allowed(e.Key, schemas.OpUpdate) && v.writable(e.Key, r.Owner.Key) {
			meta.AssignmentRules = append(meta.AssignmentRules, ruleMeta{r.Def.Key, r.Def.Title})
		}
	}
	meta.Buttons = v.buttons(e)
	return meta
}

// buttons lists those that the actor may press.
func (v viewer) buttons(e *model.Entity) []buttonMeta {
	var list []buttonMeta
	for _, t := range v.m.Listeners[e.Key].On(schemas.EventButton) {
		if !trigger.MayPress(t, v.rights) {
			continue
		}
		b := buttonMeta{Key: t.Def.Key, Title: t.Def.Title}
		if t.Def.On.Title != nil {
			b.Title = *t.Def.On.Title
		}
		for _, f := range t.On.Form {
			if v.writable(e.Key, f.Key) {
				b.Form = append(b.Form, f.Key)
			}
		}
		list = append(list, b)
	}
	return list
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
	return v.rights.WritableSomewhere(entity, schemas.OpCreate, field) || v.rights.WritableSomewhere(entity, schemas.OpUpdate, field)
}

func (v viewer) machine(m *model.StageMachine) *machineMeta {
	meta := &machineMeta{Key: m.Def.Key, Title: m.Def.Title, Field: m.Field.Key, Initial: m.Def.Initial, Transitions: []transitionMeta{}}
	for _, key := range m.Order {
		s := m.Stages[key]
		meta.Stages = append(meta.Stages, stageMeta{Key: key, Title: s.Def.Title, Type: s.Def.Type, Probability: s.Def.Probability,
			Retired: s.Retired, Enter: v.guards(m.Entity, s.Enter), Stay: v.guards(m.Entity, s.Stay), Lock: v.locked(m, s)})
	}
	for _, t := range m.Transitions {
		meta.Transitions = append(meta.Transitions, transitionMeta{
			Key: t.Def.Key, Title: t.Def.Title, From: t.Def.From, To: t.Def.To, Direction: t.Def.Direction,
			Form: v.readableOrWritable(m.Entity.Key, t.Def.Form), Reason: t.Def.Reason, Allowed: v.allowedTransition(m.Entity.Key, t.Def.Key),
			Guards: v.guards(m.Entity, t.Guards), Set: v.readable(m.Entity.Key, slices.Sorted(maps.Keys(t.Def.Set))),
		})
	}
	return meta
}

// guards keeps what the guards ask of the actor's fields.
func (v viewer) guards(e *model.Entity, list []model.Guard) []schemas.Guard {
	var out []schemas.Guard
	for _, g := range list {
		cut := *g.Def
		if cut.Fields = v.readableOrWritable(e.Key, g.Def.Fields); len(cut.Fields) == 0 {
			cut.Fields = nil
		}
		switch {
		case g.Def.Type == "required" && cut.Fields == nil,
			g.Def.Type == "attachment" && len(v.readableOrWritable(e.Key, []string{g.Def.Field})) == 0,
			g.Def.Type == "filter" && !v.readableFilter(e, g.Where):
			continue
		}
		out = append(out, cut)
	}
	return out
}

// locked lists the actor's fields that a stage locks.
func (v viewer) locked(m *model.StageMachine, s *model.Stage) []string {
	var keys []string
	for _, f := range m.Entity.Fields {
		if f != m.Field && s.Locks(f) {
			keys = append(keys, f.Key)
		}
	}
	return v.readableOrWritable(m.Entity.Key, keys)
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

// schema is the entity's JSON Schema restricted to the actor's fields and to the
// conditions that mention no other.
func (v viewer) schema(e *model.Entity) map[string]any {
	cut := e.JSONSchema()
	all := cut["properties"].(map[string]any)
	kept := make(map[string]any, len(all))
	for key, s := range all {
		if !model.IsSystem(key) && !v.rights.Readable(e.Key, key) && !v.writable(e.Key, key) {
			continue
		}
		if f := e.ByKey[key]; f != nil && f.IsChildRows() && f.Target != nil {
			rows := v.schema(f.Target)
			delete(rows, "$schema")
			rows["required"] = slices.DeleteFunc(rows["required"].([]string), func(key string) bool {
				// A new row has no id yet, and its place says its parent.
				return model.IsSystem(key) || f.Target.Child != nil && key == f.Target.Child.Field.Key
			})
			s.(map[string]any)["items"] = rows
		}
		kept[key] = s
	}
	cut["properties"] = kept
	cut["required"] = slices.DeleteFunc(cut["required"].([]string), func(key string) bool { return kept[key] == nil })
	for _, word := range conditionWords {
		delete(cut, word)
	}
	maps.Copy(cut, e.VisibleConditions(func(key string) bool { return kept[key] != nil }))
	return cut
}
