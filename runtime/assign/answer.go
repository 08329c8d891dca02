package assign

import (
	"encoding/json"

	"weft/runtime/problem"
	"weft/schemas"
)

// Outcomes of a decision.
const (
	Assigned = "assigned"
	Kept     = "kept" // the record stays with its owner, as the rule says
	Claimed  = "claimed"
	Nobody   = "nobody"
)

// Answer is a decision. JSON names are those of the contract.
type Answer struct {
	// ID is that of the assignment that was kept, "" for a dry run.
	ID     string
	Rule   string
	Entity string
	Record string
	// Rev is the revision of the record after the assignment.
	Rev     int64
	Outcome string
	// Winner is a user id, "" when nobody fits.
	Winner string
	// Reason is why nobody got the record; ReasonCode sums it up for reports.
	Reason     *Text
	ReasonCode string
	// Candidates: those who fit, the best first, then the others.
	Candidates []Candidate
	// More are candidates that a kept trace left out, by why they were skipped.
	More map[string]int
}

// Candidate is one person with the scores.
type Candidate struct {
	User string
	Name string
	// Total is the weighted sum of the scores.
	Total   float64
	Factors []Score
	// Skipped is why the person does not fit; nil for those who do. SkipCode is
	// filtered, full, too_far or present_owner.
	Skipped  *Text
	SkipCode string
	// skippedBy is the factor or filter that skips the person, "" for the load.
	skippedBy string
	// Open records of the person, where the rule has a load; LastAt is when the
	// person was assigned a record before, known of those who share the first place.
	Open   *int64
	LastAt string
}

// Score is the share of one factor.
type Score struct {
	Key    string
	Weight float64
	Score  float64 // 0 to 1
	Why    Text
}

// MarshalJSON writes the texts in both languages.
func (a *Answer) MarshalJSON() ([]byte, error) {
	out := struct {
		ID         string         `json:"id,omitempty"`
		Rule       string         `json:"rule"`
		Outcome    string         `json:"outcome"`
		Winner     *string        `json:"winner"`
		Reason     *reason        `json:"reason,omitempty"`
		Candidates []Candidate    `json:"candidates"`
		More       map[string]int `json:"more,omitempty"`
	}{ID: a.ID, Rule: a.Rule, Outcome: a.Outcome, Candidates: a.Candidates, More: a.More}
	if a.Winner != "" {
		out.Winner = &a.Winner
	}
	if a.Reason != nil {
		out.Reason = &reason{a.ReasonCode, a.Reason.Title()}
	}
	if out.Candidates == nil {
		out.Candidates = []Candidate{}
	}
	return json.Marshal(out)
}

// reason is a code with its sentence.
type reason struct {
	Code    string        `json:"code"`
	Message schemas.Title `json:"message"`
}

// MarshalJSON writes the texts in both languages.
func (c Candidate) MarshalJSON() ([]byte, error) {
	out := struct {
		User    string  `json:"user"`
		Name    string  `json:"name,omitempty"`
		Total   float64 `json:"total"`
		Factors []Score `json:"factors"`
		Skipped *reason `json:"skipped,omitempty"`
		Open    *int64  `json:"open,omitempty"`
		LastAt  string  `json:"last_at,omitempty"`
	}{User: c.User, Name: c.Name, Total: c.Total, Factors: c.Factors, Open: c.Open, LastAt: c.LastAt}
	if c.Skipped != nil {
		out.Skipped = &reason{c.SkipCode, c.Skipped.Title()}
	}
	if out.Factors == nil {
		out.Factors = []Score{}
	}
	return json.Marshal(out)
}

// MarshalJSON writes the texts in both languages.
func (s Score) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Key    string        `json:"key"`
		Weight float64       `json:"weight"`
		Score  float64       `json:"score"`
		Why    schemas.Title `json:"why"`
	}{s.Key, s.Weight, s.Score, s.Why.Title()})
}

// noRule is the problem of a rule that does not exist for the entity.
func noRule(rule string) *problem.Error {
	return problem.Of(problem.Invalid, problem.At("/rule", "unknown_rule", "rule", rule))
}
