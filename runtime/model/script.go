package model

import (
	"weft/runtime/script/transpile"
	"weft/schemas"
)

// Script is a compiled script.
type Script struct {
	Def *schemas.Script
	// Entity is that of a hook, nil for a library.
	Entity  *Entity
	Program *transpile.Program
	// Libraries are the scripts that it requires, and those that they require, by key.
	Libraries map[string]*transpile.Program
	// Reads and Writes are the fields that the definition declares.
	Reads, Writes []*Field
	// Digest changes with every change of the definition, and of a library.
	Digest string
}

// Hooks are the scripts of one entity by event, in the order of their keys.
type Hooks struct {
	ByEvent map[string][]*Script
}

// On lists the hooks of an event: before_ or after_ an operation of
// schemas.ScriptOperations. It may be called on nil.
func (h *Hooks) On(event string) []*Script {
	if h == nil {
		return nil
	}
	return h.ByEvent[event]
}
