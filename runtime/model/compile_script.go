package model

import "weft/runtime/formula"

// scripts checks what hooks are bound to and that they parse.
func (c *compiler) scripts() {
	for _, def := range c.set.Scripts {
		if def.Entity != "" {
			c.entityOf(def.Entity, at(def, "entity"))
		}
		if err := formula.CheckScript(def.Source); err != nil {
			c.syntax(at(def, "source"), err)
		}
	}
}
