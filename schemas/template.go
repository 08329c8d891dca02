package schemas

// Template is the manifest of a package of definitions.
type Template struct {
	Kind        Kind     `json:"kind"`
	Key         string   `json:"key"`
	Version     string   `json:"version"` // semver
	Title       Title    `json:"title"`
	Description Title    `json:"description"`
	Requires    []string `json:"requires,omitempty"`
	Menu        []Menu   `json:"menu,omitempty"`
}

// Menu is an entry of the navigation.
type Menu struct {
	Title     Title  `json:"title"`
	View      string `json:"view,omitempty"`
	Dashboard string `json:"dashboard,omitempty"`
	Entity    string `json:"entity,omitempty"`
}
