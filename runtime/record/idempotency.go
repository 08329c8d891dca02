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

// keyID keeps the keys of one person apart from everybody else's, and
// those of a token with one role from what its user may see beyond it.
func keyID(c Call) string {
	if c.Actor.TokenRole != "" {
		return c.Actor.UserID + "/" + c.Actor.TokenRole + ":" + c.Key
	}
	return c.Actor.UserID + ":" + c.Key
}

// replay finds the answer that was given under the call's key: nil when there
// is none, a conflict when it was given to another request.
func (s *Service) replay(ctx context.Context, c Call) (*Result, error) {
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

// answerOp is the idempotency row. It stands first in the batch, so that of
// two twins the later one fails on it and on nothing else.
func (cs *changeset) answerOp(r *Result) store.Op {
	return answerOp(cs.call, cs.at, r)
}

func answerOp(c Call, at time.Time, r *Result) store.Op {
	id := keyID(c)
	b := make([]byte, 0, 256+len(r.Record))
	b = append(b, '{')
	b = appendMember(b, "id", id)
	b = appendMember(b, "rev", int64(1))
	b = appendMember(b, "digest", c.Digest)
	b = appendMember(b, "expires", at.Add(answerRetention).UTC().Format(stampForm))
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

// sweepBatchSize bounds one commit of the sweeper.
const sweepBatchSize = 500

// SweepAnswers forgets up to limit idempotency keys whose time is over and
// returns how many it forgot.
func (s *Service) SweepAnswers(ctx context.Context, limit int) (int, error) {
	gone := 0
	for gone < limit {
		now := s.now().UTC().Format(stampForm)
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
			b.Ops[i] = store.Op{Kind: store.Delete, Collection: IdempotencyCollection, Doc: store.Doc{ID: d.ID}}
		}
		if err := s.store.Commit(ctx, b); err != nil {
			return gone, err
		}
		gone += len(docs)
	}
	return gone, nil
}
