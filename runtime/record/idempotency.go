package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// answerRetention is how long an idempotency key is remembered; the contract
// promises a day.
const answerRetention = 48 * time.Hour

var expiresPath = query.Path{Field: "expires", Kind: query.Instant}

// keptAnswer is what an idempotency row holds of the answer.
type keptAnswer struct {
	Digest    string          `json:"digest"`
	Expires   string          `json:"expires"`
	Record    string          `json:"record"`
	N         int64           `json:"n"`
	Unchanged bool            `json:"unchanged"`
	Answer    json.RawMessage `json:"answer"`
	Warnings  json.RawMessage `json:"warnings"`
}

// keyID keeps the keys of one user apart from everybody else's, and
// those of a token with one role from what its user may see beyond it.
func keyID(c Call) string {
	if c.Actor.TokenRole != "" {
		return c.Actor.UserID + "/" + c.Actor.TokenRole + ":" + c.Key
	}
	return c.Actor.UserID + ":" + c.Key
}

// Replay finds the answer that was given under the call's key: nil when there
// is none, a conflict when it was given to another request.
func (s *Service) Replay(ctx context.Context, c Call) (*Result, error) {
	if c.Key == "" || c.Actor == nil {
		return nil, nil
	}
	d, err := s.store.Get(ctx, IdempotencyCollection, keyID(c))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	var kept keptAnswer
	if err := json.Unmarshal(d.Body, &kept); err != nil {
		return nil, fmt.Errorf("record: kept answer %s: %w", d.ID, err)
	}
	if kept.Digest != c.Digest {
		return nil, problem.New(problem.Conflict, "idempotency_mismatch", nil)
	}
	return &Result{
		ID: kept.Record, Rev: kept.N, Record: kept.Answer, Warnings: kept.Warnings,
		Unchanged: kept.Unchanged, Replayed: true,
	}, nil
}

// replayAll is replay for a call with one or several results.
func (s *Service) replayAll(ctx context.Context, c Call) ([]Result, error) {
	r, err := s.Replay(ctx, c)
	if r == nil || err != nil {
		return nil, err
	}
	if r.ID != "" || len(r.Record) == 0 || r.Record[0] != '[' {
		return []Result{*r}, nil
	}
	var list []Result
	if err := json.Unmarshal(r.Record, &list); err != nil {
		return nil, fmt.Errorf("record: kept answers: %w", err)
	}
	for i := range list {
		list[i].Replayed = true
	}
	return list, nil
}

// keptResult is what the idempotency row keeps of the results of a call.
func keptResult(list []Result) (*Result, error) {
	if len(list) == 1 {
		return &list[0], nil
	}
	raw, err := json.Marshal(list)
	return &Result{Record: raw}, err
}

// AnswerOp is the operation that keeps r under the call's idempotency key. It
// comes first in the batch of the change, so that of two calls with one key the
// later one fails on it and on nothing else; see IsDuplicate.
func AnswerOp(c Call, at time.Time, r *Result) store.Op {
	id := keyID(c)
	b := make([]byte, 0, 256+len(r.Record))
	b = append(b, '{')
	b = appendMember(b, "id", id)
	b = appendMember(b, "rev", int64(1))
	b = appendMember(b, "digest", c.Digest)
	b = appendMember(b, "expires", query.FormatInstant(at.Add(answerRetention)))
	b = appendMember(b, "record", r.ID)
	b = appendMember(b, "n", r.Rev)
	if r.Unchanged {
		b = appendMember(b, "unchanged", true)
	}
	if r.Record != nil {
		b = appendMember(b, "answer", r.Record)
	}
	if r.Warnings != nil {
		b = appendMember(b, "warnings", r.Warnings)
	}
	return store.Op{Kind: store.Insert, Collection: IdempotencyCollection,
		Doc: store.Doc{ID: id, Rev: 1, Body: closeObject(b)}}
}

// AnswerOp is the function AnswerOp at the present time of the service's clock.
func (s *Service) AnswerOp(c Call, r *Result) store.Op { return AnswerOp(c, s.now(), r) }

// IsDuplicate tells whether a commit failed because another call with the same
// idempotency key was faster.
func IsDuplicate(err error) bool {
	var taken *store.UniqueError
	return errors.As(err, &taken) && taken.Collection == IdempotencyCollection
}

// KeepAnswer keeps r in a commit of its own, for changes that are done already.
// When another call with the same key was faster its answer is given instead.
func (s *Service) KeepAnswer(ctx context.Context, c Call, r *Result) (*Result, error) {
	err := s.store.Commit(ctx, &store.Batch{Ops: []store.Op{AnswerOp(c, s.now(), r)}})
	if !IsDuplicate(err) {
		return r, read.StoreProblem(err)
	}
	kept, err := s.Replay(ctx, c)
	if err == nil && kept == nil {
		err = problem.New(problem.Conflict, "", nil) // swept this instant
	}
	return kept, err
}

// sweepBatchSize bounds one commit of the sweeper.
const sweepBatchSize = 500

// SweepAnswers forgets up to limit idempotency keys whose time is over and
// returns how many it forgot.
func (s *Service) SweepAnswers(ctx context.Context, limit int) (int, error) {
	gone := 0
	for gone < limit {
		now := query.FormatInstant(s.now())
		docs, err := s.store.Find(ctx, IdempotencyCollection, store.Find{
			Where: query.Cmp{Path: expiresPath, Op: query.Lt, Value: now},
			Sort:  []query.SortTerm{{Path: expiresPath}},
			Limit: min(sweepBatchSize, limit-gone), IDsOnly: true,
		})
		if err != nil || len(docs) == 0 {
			return gone, err
		}
		b := &store.Batch{Ops: make([]store.Op, len(docs))}
		for i, d := range docs {
			b.Ops[i] = table.Delete(IdempotencyCollection, d.ID)
		}
		if err := s.store.Commit(ctx, b); err != nil {
			return gone, err
		}
		gone += len(docs)
	}
	return gone, nil
}
