package schemas

// Template is the manifest of a package of definitions.
type Template struct {
	Kind        Kind   `json:"kind"`
	Key         string `json:"key"`
	Version     string `json:"version"` // semver
	Title       Title  `json:"title"`
	Description Title  `json:"description"`
	// Requires are keys of other packages, each with the least version after "@" where
	// one is needed; see Requirement.
	Requires []string `json:"requires,omitempty"`
	// TakesOver are keys of packages: definitions that this package has and they had
	// become its own, with what was changed of them here.
	TakesOver []string `json:"takes_over,omitempty"`
	Menu      []Menu   `json:"menu,omitempty"`
}

// Menu is an entry of the navigation.
type Menu struct {
	Title     Title  `json:"title"`
	View      string `json:"view,omitempty"`
	Dashboard string `json:"dashboard,omitempty"`
	Entity    string `json:"entity,omitempty"`
}
