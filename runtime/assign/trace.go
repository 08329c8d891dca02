package assign

import (
	"context"
	"encoding/json"
	"fmt"

	"weft/runtime/access"
	"weft/runtime/model"
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
