package model

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"weft/schemas"
)

//go:embed builtin/*.json
var builtinFiles embed.FS

// Roles that exist without a definition: RoleAdmin is the administrator's,
// every signed-in user holds RoleMember. A definition may give RoleMember
// grants, never RoleAdmin.
const (
	RoleAdmin  = "admin"
	RoleMember = "member"
)

// Built-in entities that are only read: weft writes them with the records they tell of.
const (
	EntityStageVisit = "stage_visit"
	EntityAssignment = "assignment"
)

// EntityTask is the built-in entity of tasks.
const EntityTask = "task"

// OnlyRead tells whether weft alone writes the records of the entity.
func (e *Entity) OnlyRead() bool {
	return e.BuiltIn && (e.Key == EntityStageVisit || e.Key == EntityAssignment)
}

// builtinOrder is the order in which the built-in entities are listed.
var builtinOrder = []string{"user", "department", "role_assignment", EntityStageVisit, EntityAssignment, EntityTask}

var builtin = sync.OnceValue(func() *schemas.Set {
	set := &schemas.Set{}
	for _, name := range append(slices.Clone(builtinOrder), memberFile) {
		data, err := builtinFiles.ReadFile("builtin/" + name + ".json")
		if err != nil {
			panic(fmt.Errorf("model: %w", err)) // it is embedded
		}
		d, problems := schemas.Decode(data)
		if len(problems) > 0 {
			panic(fmt.Sprintf("model: built-in entity %s: %v", name, problems))
		}
		set.Add(d)
	}
	return set
})

// memberFile is the role whose grants every signed-in active user has: without them
// no screen could name an owner or show somebody's tasks.
const memberFile = "member"

// memberGrants compiles the grants of every signed-in active user.
func (c *compiler) memberGrants() {
	def := builtin().Roles[0]
	for i := range def.Grants {
		c.m.MemberGrants = append(c.m.MemberGrants, c.grant(def, i))
	}
}

// memberReads are the fields of an entity that every signed-in active user reads on
// all rows.
func memberReads(entity string) (fields schemas.FieldSet, ok bool) {
	for _, g := range builtin().Roles[0].Grants {
		if g.Entity == entity && slices.Contains(g.Operations, schemas.OpRead) && len(g.Scopes) == 1 && g.Scopes[0].Type == "all" {
			return g.Read, true
		}
	}
	return fields, false
}

// reserved tells whether an entity key belongs to weft itself.
func reserved(key string) bool {
	_, ok := builtin().Get(schemas.KindEntity, key)
	return ok || strings.HasPrefix(key, "weft_") || strings.HasPrefix(key, "sqlite_")
}
