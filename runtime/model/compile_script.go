package model

// scripts checks what hooks are bound to.
func (c *compiler) scripts() {
	for _, def := range c.set.Scripts {
		if def.Entity != "" {
			c.entityOf(def.Entity, at(def, "entity"))
		}
	}
}
