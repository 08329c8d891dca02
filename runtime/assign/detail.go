package assign

import (
	"github.com/google/uuid"
)

// keptCandidates is how many candidates a trace keeps with their scores.
const keptCandidates = 30

// detail is what a trace keeps beside its assignment.
type detail struct {
	ID         string            `json:"id"`
	Rev        int64             `json:"rev"`
	Reason     *Text             `json:"reason,omitempty"`
	Candidates []storedCandidate `json:"candidates,omitempty"`
	More       map[string]int    `json:"more,omitempty"`
}

type storedCandidate struct {
	User     string        `json:"user"`
	Name     string        `json:"name,omitempty"`
	Total    float64       `json:"total"`
	Factors  []storedScore `json:"factors,omitempty"`
	Skipped  *Text         `json:"skipped,omitempty"`
	SkipCode string        `json:"skip,omitempty"`
	SkipBy   string        `json:"skip_by,omitempty"`
	Open     *int64        `json:"open,omitempty"`
	LastAt   string        `json:"last_at,omitempty"`
}

type storedScore struct {
	Key    string  `json:"key"`
	Weight float64 `json:"weight"`
	Score  float64 `json:"score"`
	Why    Text    `json:"why"`
}

func newDetail(a *Answer) detail {
	d := detail{ID: a.ID, Reason: a.Reason}
	for i, c := range a.Candidates {
		if i >= keptCandidates {
			if d.More == nil {
				d.More = map[string]int{}
			}
			code := c.SkipCode
			if code == "" {
				code = "lower"
			}
			d.More[code]++
			continue
		}
		kept := storedCandidate{User: c.User, Name: c.Name, Total: c.Total, Skipped: c.Skipped, SkipCode: c.SkipCode, SkipBy: c.skippedBy, Open: c.Open, LastAt: c.LastAt}
		for _, f := range c.Factors {
			kept.Factors = append(kept.Factors, storedScore(f))
		}
		d.Candidates = append(d.Candidates, kept)
	}
	return d
}

// Short is the answer with as many candidates as a trace keeps.
func (a *Answer) Short() *Answer {
	kept := newDetail(a)
	if kept.More == nil {
		return a
	}
	short := *a
	kept.fill(&short)
	return &short
}

// fill puts the candidates back into an answer.
func (d detail) fill(a *Answer) {
	a.Reason, a.More = d.Reason, d.More
	a.Candidates = make([]Candidate, 0, len(d.Candidates))
	for _, c := range d.Candidates {
		one := Candidate{User: c.User, Name: c.Name, Total: c.Total, Skipped: c.Skipped, SkipCode: c.SkipCode, skippedBy: c.SkipBy, Open: c.Open, LastAt: c.LastAt}
		for _, f := range c.Factors {
			one.Factors = append(one.Factors, Score(f))
		}
		a.Candidates = append(a.Candidates, one)
	}
}

// newID makes a UUIDv7: ids sort by creation.
func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic("assign: no randomness: " + err.Error()) // crypto/rand never fails on supported systems
	}
	return id.String()
}
