package schemas

import (
	"cmp"
	"encoding/json"
)

// AssignmentRule says who gets a record of Entity: among the candidates that pass
// every filter the one with the highest weighted score. The user is written into
// the field Owner.
type AssignmentRule struct {
	Kind   Kind   `json:"kind"`
	Key    string `json:"key"`
	Title  Title  `json:"title"`
	Entity string `json:"entity"`
	// Owner is the user field that is written; "" for the owner field of the entity.
	Owner string `json:"owner,omitempty"`
	// Where limits the records that the rule is for.
	Where      json.RawMessage      `json:"where,omitempty"`
	Candidates AssignmentCandidates `json:"candidates"`
	// Profiles names the entity that holds what is known of people; without it
	// that is the built-in entity user, with the fields that packages gave it.
	Profiles *AssignmentProfiles `json:"profiles,omitempty"`
	Load     *AssignmentLoad     `json:"load,omitempty"`
	// Filters come before scores: who fails one does not get the record.
	Filters []AssignmentFilter `json:"filters,omitempty"`
	Factors []AssignmentFactor `json:"factors,omitempty"`
	// PresentOwner says what becomes of the user who has the record already:
	// compete (the default) with the others, keep the record, exclude from the candidates.
	PresentOwner string `json:"present_owner,omitempty"`
	// Values are set together with the owner, in the form of a field's default or null.
	Values   map[string]json.RawMessage `json:"values,omitempty"`
	Overflow *AssignmentOverflow        `json:"overflow,omitempty"`
	Claim    *AssignmentClaim           `json:"claim,omitempty"`
	// OverrideReason is the field of the record in which people say why they
	// changed the owner by hand.
	OverrideReason string `json:"override_reason,omitempty"`
	// When names packages; the definition is in force while they are installed.
	When []string `json:"when,omitempty"`
}

// AssignmentCandidates are the active users with one of Roles, in one of
// Departments (by name, at any depth) and matching Where, a filter over users.
// What is left out does not limit them.
type AssignmentCandidates struct {
	Roles       []string        `json:"roles,omitempty"`
	Departments []string        `json:"departments,omitempty"`
	Where       json.RawMessage `json:"where,omitempty"`
}

// AssignmentProfiles names an entity with a record for each person, and its field
// of type user that says whose it is.
type AssignmentProfiles struct {
	Entity string `json:"entity"`
	User   string `json:"user"`
}

// AssignmentLoad is how much one person can have: Open says which records of an
// owner count, by default those in a stage of type open; nobody gets a record
// with Limit (8) of them, or with as many as the number in the person's field Capacity.
type AssignmentLoad struct {
	Open     json.RawMessage `json:"open,omitempty"`
	Limit    int             `json:"limit,omitempty"`
	Capacity string          `json:"capacity,omitempty"`
}

// AssignmentFilter is a filter over people. A value {"field":"region"} is that of
// the record.
type AssignmentFilter struct {
	Key   string          `json:"key"`
	Title Title           `json:"title"`
	Where json.RawMessage `json:"where"`
}

// AssignmentFactor gives every candidate a score from 0 to 1, which counts by
// Weight. Type is
//
//	match:    how many of the values of the record's Field the person's field Person holds
//	region:   the person's region or regions cover that of the record
//	distance: 1 within Near km, less up to Limit km; farther people are left out, or get 0 with Beyond "zero"
//	count:    records of Entity with Owner the person that match Where: the first Top in rank, or the share of Full
//	load:     the free part of the person's capacity, see AssignmentLoad
//	formula:  a number from 0 to 1 or a condition over the record (region) and the person (person.region)
type AssignmentFactor struct {
	Key    string  `json:"key"`
	Title  *Title  `json:"title,omitempty"`
	Type   string  `json:"type"`
	Weight float64 `json:"weight"`
	// Field is of the record, Person of the person; both may cross one reference.
	Field  string `json:"field,omitempty"`
	Person string `json:"person,omitempty"`
	// Default is the score of people whose field is unset; 0 if it is left out.
	Default *float64          `json:"default,omitempty"`
	Scores  *AssignmentScores `json:"scores,omitempty"`
	Near    float64           `json:"near,omitempty"`
	Limit   float64           `json:"limit,omitempty"`
	Beyond  string            `json:"beyond,omitempty"`
	Entity  string            `json:"entity,omitempty"`
	Owner   string            `json:"owner,omitempty"`
	Where   json.RawMessage   `json:"where,omitempty"`
	Top     int               `json:"top,omitempty"`
	Full    int               `json:"full,omitempty"`
	Formula string            `json:"formula,omitempty"`
}

// Reach are the kilometres of a factor distance, 30 and 50 where they are left out.
func (f *AssignmentFactor) Reach() (near, limit float64) {
	return cmp.Or(f.Near, 30), cmp.Or(f.Limit, 50)
}

// AssignmentScores are the scores of a factor region: the person has the city (1),
// the whole province (0.6), another city of the province (0.3).
type AssignmentScores struct {
	City      *float64 `json:"city,omitempty"`
	Province  *float64 `json:"province,omitempty"`
	Neighbour *float64 `json:"neighbour,omitempty"`
}

// AssignmentOverflow is what happens when nobody fits: values of the record, the
// reason in the field Reason, and an entry of another entity.
type AssignmentOverflow struct {
	Values map[string]json.RawMessage `json:"values,omitempty"`
	Reason string                     `json:"reason,omitempty"`
	Queue  *AssignmentQueue           `json:"queue,omitempty"`
}

// AssignmentQueue is an entity that takes an entry for each record that nobody
// got: its field Record refers to the record, Reason is a text field.
type AssignmentQueue struct {
	Entity string                     `json:"entity"`
	Record string                     `json:"record"`
	Reason string                     `json:"reason,omitempty"`
	Values map[string]json.RawMessage `json:"values,omitempty"`
}

// AssignmentClaim lets users with the right claim take a record that nobody owns
// and that matches Where: at most Limit open ones at a time (see AssignmentLoad)
// and PerDay a day; 0 means no limit. Values are set together with the owner.
type AssignmentClaim struct {
	Limit  int                        `json:"limit,omitempty"`
	PerDay int                        `json:"per_day,omitempty"`
	Where  json.RawMessage            `json:"where,omitempty"`
	Values map[string]json.RawMessage `json:"values,omitempty"`
}

// DefinitionKind is KindAssignmentRule.
func (*AssignmentRule) DefinitionKind() Kind { return KindAssignmentRule }

// DefinitionKey is the key of the definition.
func (d *AssignmentRule) DefinitionKey() string { return d.Key }
