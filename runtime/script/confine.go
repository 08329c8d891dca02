package script

// confinement says what a runner has given up.
type confinement struct {
	User     bool `json:"user"`     // it is another user than the server
	Network  bool `json:"network"`  // it has no network
	Files    bool `json:"files"`    // it can open no files
	Programs bool `json:"programs"` // it can start no programs
	Memory   bool `json:"memory"`   // the system bounds its memory
}

// missing lists in words what is not given up.
func (c confinement) missing() []string {
	var list []string
	for _, part := range []struct {
		given bool
		text  string
	}{
		{c.User, "a user of its own"}, {c.Network, "no network"}, {c.Files, "no files"}, {c.Programs, "no programs"}, {c.Memory, "bounded memory"},
	} {
		if !part.given {
			list = append(list, part.text)
		}
	}
	return list
}
