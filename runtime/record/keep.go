package record

import (
	"context"
	"errors"
	"time"

	"weft/runtime/problem"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// Replay finds what was kept under the call's idempotency key, for rooms whose
// changes do not pass the door: nil when there is nothing, conflict when the
// key was used for another request (Call.Digest tells).
func (s *Service) Replay(ctx context.Context, c Call) (*Result, error) { return s.replay(ctx, c) }

// AnswerOp is the operation that keeps r under the call's idempotency key. It
// stands first in the batch of the change: of two twins the later one fails on
// it, see Twin.
func AnswerOp(c Call, at time.Time, r *Result) store.Op { return answerOp(c, at, r) }

// AnswerOp is the function AnswerOp at the present time of the service's clock.
func (s *Service) AnswerOp(c Call, r *Result) store.Op { return answerOp(c, s.now(), r) }

// IsDuplicate tells whether a commit failed because another call with the same
// idempotency key was faster.
func IsDuplicate(err error) bool {
	var taken *store.UniqueError
	return errors.As(err, &taken) && taken.Collection == IdempotencyCollection
}

// KeepAnswer keeps r in a commit of its own, for changes that are done already. When
// a twin was faster its answer is given instead.
func (s *Service) KeepAnswer(ctx context.Context, c Call, r *Result) (*Result, error) {
	err := s.store.Commit(ctx, &store.Batch{Ops: []store.Op{answerOp(c, s.now(), r)}})
	if !IsDuplicate(err) {
		return r, read.StoreProblem(err)
	}
	kept, err := s.replay(ctx, c)
	if err == nil && kept == nil {
		err = problem.New(problem.Conflict, "", nil) // swept this instant
	}
	return kept, err
}
