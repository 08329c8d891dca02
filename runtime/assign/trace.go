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

// TracePage is a page of the assignments of a record, the youngest first. Cursor is "" at its end.
type TracePage struct {
	Items  []json.RawMessage `json:"items"`
	Cursor string            `json:"cursor,omitempty"`
}

// Traces are the assignments of a record with their candidates, for whoever may
// read the record and its owner. Factors that read a field which the caller
// cannot read are left out. cursor is "" or that of the page before.
func (s *Service) Traces(ctx context.Context, actor *access.Actor, entity, id, cursor string) (*TracePage, error) {
	if _, _, err := s.o.Reads.Get(ctx, actor, entity, id, []string{}, nil); err != nil {
		return nil, err
	}
	rights, err := s.o.Access.Rights(ctx, actor)
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	if !rights.Allowed(model.EntityAssignment, schemas.OpRead) {
		return &TracePage{Items: []json.RawMessage{}}, nil
	}
	where, err := json.Marshal(map[string]any{"all": []any{[]any{"entity", "=", entity}, []any{"record", "=", id}}})
	if err != nil {
		return nil, err
	}
	page, err := s.o.Reads.Query(ctx, actor, model.EntityAssignment, read.Query{Where: where, Sort: []string{"-at"}, Limit: 20, Cursor: cursor})
	if err != nil {
		return nil, err
	}
	defer page.Release()
	out := &TracePage{Items: []json.RawMessage{}, Cursor: page.Cursor}
	doc, err := s.stored(ctx, entity, id)
	if err != nil {
		return nil, err
	}
	for _, item := range page.Items {
		trace, err := s.trace(ctx, rights, doc, item)
		if err != nil {
			return nil, read.StoreProblem(err)
		}
		out.Items = append(out.Items, trace)
	}
	return out, nil
}

func (s *Service) stored(ctx context.Context, entity, id string) (map[string]any, error) {
	d, err := s.o.Store.Get(ctx, entity, id)
	if err != nil {
		return nil, read.StoreProblem(notFoundOr(err))
	}
	return read.Decode(d)
}

// trace is one assignment as its reader sees it, with the candidates.
func (s *Service) trace(ctx context.Context, rights *access.Rights, doc map[string]any, item json.RawMessage) (json.RawMessage, error) {
	var members map[string]any
	if err := json.Unmarshal(item, &members); err != nil {
		return nil, fmt.Errorf("assign: %w", err)
	}
	id, _ := members["id"].(string)
	rule, _ := members["rule"].(string)
	answer := &Answer{}
	kept, err := s.details(ctx, id)
	if err != nil {
		return nil, err
	}
	kept.fill(answer)
	hide(rights, rights.Model.AssignmentRules[rule], doc, answer)
	members["candidates"] = answer.Candidates
	if answer.Reason != nil {
		members["message"] = answer.Reason.Title()
	}
	if answer.More != nil {
		members["more"] = answer.More
	}
	return json.Marshal(members)
}

func (s *Service) details(ctx context.Context, id string) (detail, error) {
	rows, err := details.GetMany(ctx, s.o.Store, []string{id})
	if err != nil || len(rows) == 0 {
		return detail{}, err
	}
	return rows[0], nil
}

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
