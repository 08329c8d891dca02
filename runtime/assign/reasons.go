package assign

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/schemas"
)

// ReasonQuery asks why assignments failed or were overridden.
type ReasonQuery struct {
	Entity, Rule string // "" for all
	From, To     string // days, both included, or RFC 3339; "" for no limit
	Limit        int    // 0: 5
}

// Reason is why assignments failed or were overridden, and how often.
type Reason struct {
	Code  string        `json:"code"`
	Title schemas.Title `json:"title"`
	// Note is what people gave as their reason for an override.
	Note  string `json:"note,omitempty"`
	Count int64  `json:"count"`
}

// Reasons lists the most frequent reasons of failed and overridden assignments of
// records that the caller may read.
func (s *Service) Reasons(ctx context.Context, actor *access.Actor, q ReasonQuery) ([]Reason, error) {
	rights, err := s.o.Access.Rights(ctx, actor)
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	e := rights.Model.Entities[model.EntityAssignment]
	if !rights.Allowed(e.Key, schemas.OpRead) {
		return nil, problem.New(problem.Forbidden, "no_right", nil)
	}
	where, err := json.Marshal(map[string]any{"all": q.conditions(s.o.Zone())})
	if err != nil {
		return nil, err
	}
	groups := []json.RawMessage{json.RawMessage(`"reason"`)}
	if rights.Readable(e.Key, "note") {
		groups = append(groups, json.RawMessage(`"note"`))
	}
	if q.Limit == 0 {
		q.Limit = 5
	}
	rows, err := s.o.Reads.Aggregate(ctx, actor, e.Key, read.AggregateQuery{
		Where: where, GroupBy: groups, Metrics: map[string]json.RawMessage{"n": json.RawMessage(`["count"]`)},
		Sort: []string{"-n"}, Limit: read.Limit(q.Limit),
	})
	if err != nil {
		return nil, err
	}
	out := make([]Reason, 0, len(rows))
	for _, raw := range rows {
		var row struct {
			Reason, Note string
			N            int64
		}
		if err := json.Unmarshal(raw, &row); err != nil {
			return nil, fmt.Errorf("assign: %w", err)
		}
		out = append(out, Reason{Code: row.Reason, Title: choiceTitle(e.ByKey["reason"], row.Reason), Note: row.Note, Count: row.N})
	}
	return out, nil
}

func (q ReasonQuery) conditions(zone *time.Location) []any {
	if day, err := time.ParseInLocation(query.DateLayout, q.From, zone); err == nil {
		q.From = query.FormatInstant(day)
	}
	if day, err := time.ParseInLocation(query.DateLayout, q.To, zone); err == nil {
		q.To = query.FormatInstant(day.AddDate(0, 0, 1).Add(-time.Millisecond))
	}
	list := []any{map[string]any{"any": []any{[]any{"outcome", "=", Nobody}, []any{"overridden", "=", true}}}}
	for _, c := range [][3]string{{"entity", "=", q.Entity}, {"rule", "=", q.Rule}, {"at", ">=", q.From}, {"at", "<=", q.To}} {
		if c[2] != "" {
			list = append(list, []any{c[0], c[1], c[2]})
		}
	}
	return list
}

func choiceTitle(f *model.Field, key string) schemas.Title {
	for _, c := range f.Def.Choices {
		if c.Key == key {
			return c.Title
		}
	}
	return schemas.Title{ZhCN: key, En: key}
}
