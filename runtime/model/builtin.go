package model

import (
	"embed"
	"fmt"
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

// OnlyRead tells whether weft alone writes the records of the entity.
func (e *Entity) OnlyRead() bool {
	return e.BuiltIn && (e.Key == EntityStageVisit || e.Key == EntityAssignment)
}

// builtinOrder is the order in which the built-in entities are listed.
var builtinOrder = []string{"user", "department", "role_assignment", EntityStageVisit, EntityAssignment}

var builtin = sync.OnceValue(func() *schemas.Set {
	set := &schemas.Set{}
	for _, name := range builtinOrder {
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

// reserved tells whether an entity key belongs to weft itself.
func reserved(key string) bool {
	_, ok := builtin().Get(schemas.KindEntity, key)
	return ok || strings.HasPrefix(key, "weft_") || strings.HasPrefix(key, "sqlite_")
}
