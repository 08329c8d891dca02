package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"weft/runtime/problem"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

const (
	// maxBulkRecords is how many records one bulk call may change.
	maxBulkRecords = 10_000
	// bulkWorkers are at work on them at a time: enough that commits are grouped.
	bulkWorkers = 32
)

// BulkRequest changes many records the same way. Op is update (Values),
// delete, restore or transition (To, Values, Comment). Either IDs or Where
// says which; Where is a filter under the caller's rights and does not serve
// restore. JSON names are those of the contract.
type BulkRequest struct {
	Op      string          `json:"op"`
	IDs     []string        `json:"ids,omitempty"`
	Where   json.RawMessage `json:"where,omitempty"`
	Values  map[string]any  `json:"values,omitempty"`
	To      string          `json:"to,omitempty"`
	Comment string          `json:"comment,omitempty"`
}

// BulkResult is the outcome for one record: its HTTP status, and the problem
// when it was refused, or what was odd but accepted (see Result).
type BulkResult struct {
	ID       string
	Status   int
	Rev      int64
	Problem  *problem.Error
	Warnings json.RawMessage
}

// Bulk makes the change of each record by itself, so that a refused one
// does not stop the others; results stand in the order of the ids. With an
// idempotency key each record remembers its own outcome: a repeated call goes
// on where the first was cut off.
func (s *Service) Bulk(ctx context.Context, c Call, entity string, r BulkRequest) ([]BulkResult, error) {
	if err := c.noOps(); err != nil {
		return nil, err
	}
	change, err := s.bulkOp(entity, r)
	if err != nil {
		return nil, err
	}
	kept, err := s.Replay(ctx, c)
	if err != nil {
		return nil, err
	}
	ids := r.IDs
	if kept != nil {
		if err := json.Unmarshal(kept.Record, &ids); err != nil {
			return nil, fmt.Errorf("record: kept ids of a bulk call: %w", err)
		}
	} else if ids, err = s.bulkIDs(ctx, c, entity, r); err != nil {
		return nil, err
	} else if err := s.storeBulkIDs(ctx, c, ids); err != nil {
		var twin *store.UniqueError
		if errors.As(err, &twin) {
			return s.Bulk(ctx, c, entity, r) // another call with this key was faster
		}
		return nil, err
	}
	results := make([]BulkResult, len(ids))
	inParallel(len(ids), bulkWorkers, func(i int) {
		call := c
		call.IfMatch = 0
		if c.Key != "" {
			call.Key = c.Key + "#" + ids[i]
		}
		var r *Result
		err := recovered(func() (err error) {
			r, err = change(ctx, call, ids[i])
			return err
		})
		results[i] = bulkResult(ids[i], r, err)
	})
	return results, ctx.Err()
}

// storeBulkIDs remembers which records the call is about: a repeated call must not
// choose others because the first one changed what its filter finds.
func (s *Service) storeBulkIDs(ctx context.Context, c Call, ids []string) error {
	if c.Key == "" {
		return nil
	}
	raw, err := json.Marshal(ids)
	if err != nil {
		return fmt.Errorf("record: ids of a bulk call: %w", err)
	}
	err = s.store.Commit(ctx, &store.Batch{Ops: []store.Op{AnswerOp(c, s.now(), &Result{Record: raw})}})
	if err != nil {
		return read.StoreProblem(err)
	}
	return nil
}

// bulkOp is the change that the request makes to one record.
func (s *Service) bulkOp(entity string, r BulkRequest) (func(context.Context, Call, string) (*Result, error), error) {
	switch r.Op {
	case "update":
		return func(ctx context.Context, c Call, id string) (*Result, error) {
			return s.Update(ctx, c, entity, id, r.Values)
		}, nil
	case "delete":
		return func(ctx context.Context, c Call, id string) (*Result, error) {
			return s.Delete(ctx, c, entity, id)
		}, nil
	case "restore":
		return func(ctx context.Context, c Call, id string) (*Result, error) {
			return s.Restore(ctx, c, entity, id)
		}, nil
	case "transition":
		return func(ctx context.Context, c Call, id string) (*Result, error) {
			return s.Transition(ctx, c, entity, id, r.To, r.Values, r.Comment)
		}, nil
	}
	return nil, requestProblem("/op", "unknown_operation", "op", r.Op)
}

func bulkResult(id string, r *Result, err error) BulkResult {
	if err == nil {
		return BulkResult{ID: id, Status: 200, Rev: r.Rev, Warnings: r.Warnings}
	}
	p := problemOf(err)
	return BulkResult{ID: id, Status: p.Code.Status(), Problem: p}
}

// problemOf is err as a problem; a foreign error reads as internal.
func problemOf(err error) *problem.Error {
	if p := problem.As(err); p != nil {
		return p
	}
	return problem.Wrap(problem.Internal, err)
}

// bulkIDs finds the records that the request is about.
func (s *Service) bulkIDs(ctx context.Context, c Call, entity string, r BulkRequest) ([]string, error) {
	byFilter := len(r.Where) > 0 && string(r.Where) != "null" && r.Op != "restore"
	if byFilter == (r.IDs != nil) {
		return nil, requestProblem("", "ids_or_where")
	}
	if !byFilter {
		if len(r.IDs) > maxBulkRecords {
			return nil, requestProblem("/ids", "too_many_records", "max", maxBulkRecords)
		}
		return withoutDuplicates(r.IDs), nil
	}
	cc, err := s.newCallContext(ctx, c)
	if err != nil {
		return nil, err
	}
	e, ok := cc.model.Entity(entity)
	if !ok {
		return nil, cc.rights.NoEntity(entity)
	}
	where, err := cc.readableWhere(e, r.Where)
	if err != nil {
		return nil, err
	}
	docs, err := s.store.Find(ctx, entity, store.Find{Where: where, Limit: maxBulkRecords + 1, IDsOnly: true})
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	if len(docs) > maxBulkRecords {
		return nil, requestProblem("/where", "too_many_records", "max", maxBulkRecords)
	}
	ids := make([]string, len(docs))
	for i, d := range docs {
		ids[i] = d.ID
	}
	return ids, nil
}

func withoutDuplicates(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}
