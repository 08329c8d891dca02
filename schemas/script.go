package schemas

// Script is JavaScript or TypeScript of the organisation. With Events it is a
// hook of the records of Entity; without it is a library that others require,
// and that triggers and guards call.
type Script struct {
	Kind   Kind     `json:"kind"`
	Key    string   `json:"key"`
	Title  Title    `json:"title"`
	Entity string   `json:"entity,omitempty"`
	Events []string `json:"events,omitempty"` // before_ or after_ one of ScriptOperations
	Source string   `json:"source"`
	// As is AsPerson, also for "", or the key of a role whose rights the script has
	// instead of those of the person.
	As string `json:"as,omitempty"`
	// Reads and Writes name fields, as "field" of Entity or "entity.field". They are
	// what a chain of effects is judged by before it runs; they give no rights.
	Reads  []string `json:"reads,omitempty"`
	Writes []string `json:"writes,omitempty"`
	// Hosts are the hosts that the script may call: a name, "*.name" for all below
	// one, each with a port where it is not that of the scheme.
	Hosts []string `json:"hosts,omitempty"`
	// When names packages; the definition is in force while they are installed.
	When []string `json:"when,omitempty"`
}

// ScriptOperations are the changes that hooks run before and after.
var ScriptOperations = []string{"create", "update", "delete", "restore", "transition"}
