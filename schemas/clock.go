package schemas

// Clock says how a clock field runs: what starts it, how long it may run, when it
// stands still and what ends it.
type Clock struct {
	Start ClockStart `json:"start"`
	// Limit is a duration ("72h", "2wd"). With Limits it holds for the choices that
	// these leave out; without it the clock does not run for those.
	Limit  string       `json:"limit,omitempty"`
	Limits *ClockLimits `json:"limits,omitempty"`
	// Extend makes the limit longer.
	Extend *ClockExtension `json:"extend,omitempty"`
	// Pause are stages in which the clock stands still.
	Pause []string   `json:"pause,omitempty"`
	Stop  *ClockStop `json:"stop,omitempty"`
	// StageField is the field whose stages are meant, where the entity has several
	// stage machines; without it the first one.
	StageField string `json:"stage_field,omitempty"`
}

// ClockStart is what starts a clock: a date or time of the record, or that the record
// comes into one of Stages: the first time, with Again every time.
type ClockStart struct {
	Field  string   `json:"field,omitempty"` // created_at, too
	Stages []string `json:"stages,omitempty"`
	Again  bool     `json:"again,omitempty"`
}

// ClockStop is what ends a clock: a time of the record that is not before the start,
// or that the record is in one of Stages, whichever comes first. A record that leaves
// these stages lets its clock go on.
type ClockStop struct {
	Field  string   `json:"field,omitempty"`
	Stages []string `json:"stages,omitempty"`
}

// ClockLimits are durations by the choice that Field has.
type ClockLimits struct {
	Field  string            `json:"field"`
	Values map[string]string `json:"values"`
}

// ClockExtension is a number of the record, and the duration that each of it adds to
// the limit.
type ClockExtension struct {
	Field string `json:"field"`
	Each  string `json:"each"`
}
