package record

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// maxTries bounds how often a change is made again because a revision it relied
// on was changed meanwhile. Losers wait in line, so more are never needed but
// under a storm on one record.
const maxTries = 12

// applyFunc fills a unit and names the item that the answer shows; it may be nil.
type applyFunc func(ctx context.Context, cs *changeset) (*change, error)

// retryState is what the attempts of one call leave to the next.
type retryState struct {
	numbers      *singleNumbers
	reservations *reservations
	// queued says that the call lost before and waited its turn.
	queued bool
}

// run is the door: it makes the change, commits it once, and makes it again on
// fresh records when it lost against another one. A call with an idempotency
// key that was answered before is answered the same.
func (s *Service) run(ctx context.Context, c Call, do applyFunc) (*Result, error) {
	// Others go first, for changes that come together share a flush.
	runtime.Gosched()
	if c.Source == "" {
		c.Source = SourceAPI
	}
	so := &retryState{numbers: &singleNumbers{s: s}, reservations: &reservations{s: s}}
	defer so.reservations.release(ctx)
	at := queuePosition{queues: &s.contention}
	defer at.leave()
	for try := range maxTries {
		so.queued = try > 0
		if r, err := s.replay(ctx, c); r != nil || err != nil {
			return r, err
		}
		so.numbers.restart()
		r, err := s.attempt(ctx, c, so, do)
		switch {
		case err == nil:
			return r, nil
		case errors.Is(err, errReserved):
			continue
		case !errors.Is(err, store.ErrConflict):
			return s.fail(ctx, c, err)
		}
		s.waitForTurn(ctx, err, try, &at)
	}
	p := problem.New(problem.Conflict, "too_much_contention", nil)
	p.RetryAfter = time.Second
	return nil, p
}

// waitForTurn takes a place in the line of the document that was lost. What lies
// in the bin, or is about to, and a version that was just published have no
// line: they are looked at again a little later.
func (s *Service) waitForTurn(ctx context.Context, err error, try int, at *queuePosition) {
	at.leave()
	var lost *store.ConflictError
	if !errors.As(err, &lost) {
		return
	}
	switch lost.Collection {
	case BinCollection:
		s.dropExpiredReservation(ctx, lost.ID)
	case model.VersionCollection: // newer definitions are about to be in force
		if s.refresh != nil && s.refresh(ctx) == nil {
			return
		}
	default:
		at.wait(docKey{lost.Collection, lost.ID})
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(try+1) * time.Millisecond):
	}
}

func (s *Service) attempt(ctx context.Context, c Call, so *retryState, do applyFunc) (*Result, error) {
	cs, err := s.newChangeset(ctx, c, so.numbers)
	if err != nil {
		return nil, err
	}
	ch, err := do(ctx, cs)
	if err != nil {
		return nil, err
	}
	if err := cs.finish(ctx); err != nil {
		return nil, err
	}
	if ids := so.reservations.needed(cs); len(ids) > 0 {
		return nil, so.reservations.reserve(ctx, ids, cs.stamp)
	}
	cs.reserved = so.reservations.ids
	b, err := cs.buildBatch(ctx)
	if err != nil {
		return nil, err
	}
	r, err := cs.answer(ctx, ch, len(b.Ops) == 0)
	if err != nil {
		return nil, err
	}
	if c.Key != "" {
		b.Ops = append([]store.Op{cs.answerOp(r)}, b.Ops...)
	}
	if len(b.Ops) == 0 {
		return r, nil
	}
	if err := s.commit(ctx, b, so.queued); err != nil {
		return nil, cs.commitError(ctx, err)
	}
	so.reservations.forgetCommitted(cs)
	return r, nil
}

// commit commits a batch, unless others are in line for what it changes and
// the caller is not. Renewals that it leaves behind begin at once.
func (s *Service) commit(ctx context.Context, b *store.Batch, inLine bool) error {
	if !inLine {
		if err := s.contention.conflictWithWaiters(b); err != nil {
			return err
		}
	}
	if err := s.store.Commit(ctx, b); err != nil {
		return err
	}
	for i := range b.Ops {
		if b.Ops[i].Collection == RecomputationCollection {
			s.notifyRecomputer()
			break
		}
	}
	return nil
}

// finish takes a filled unit to the point where only the commit is left.
func (cs *changeset) finish(ctx context.Context) error {
	if err := cs.err(); err != nil {
		return err
	}
	if err := cs.recomputeAll(ctx); err != nil {
		return err
	}
	if err := cs.validate(ctx); err != nil || !cs.commentStored {
		return err
	}
	return cs.recompute(ctx)
}

// fail ends a call with an error. A twin with the same idempotency key may
// have succeeded meanwhile and made this one fail: then its answer counts.
func (s *Service) fail(ctx context.Context, c Call, err error) (*Result, error) {
	if r, again := s.replay(ctx, c); r != nil && again == nil {
		return r, nil
	}
	return nil, read.StoreProblem(err)
}

// commitError explains why a commit was refused. A unique index of the
// entity's own is the caller's problem; one of weft's means a lost race.
func (cs *changeset) commitError(ctx context.Context, err error) error {
	var taken *store.UniqueError
	if !errors.As(err, &taken) {
		return err
	}
	if ch := cs.index[docKey{taken.Collection, taken.ID}]; ch != nil && taken.Index != "id" {
		return cs.uniqueProblem(ctx, ch, taken.Index)
	}
	if taken.Collection == HistoryCollection { // its record was changed, whatever the database noticed first
		of, _, _ := strings.Cut(taken.ID, ":")
		for _, ch := range cs.changes {
			if ch.id == of {
				return &store.ConflictError{Collection: ch.entity.Key, ID: of}
			}
		}
	}
	return &store.ConflictError{Collection: taken.Collection, ID: taken.ID}
}

// uniqueProblem lists every unique key of the record that is taken.
func (cs *changeset) uniqueProblem(ctx context.Context, ch *change, index string) error {
	p := problem.New(problem.Unique, "", nil)
	for _, k := range ch.entity.Unique {
		taken := k.Name == index
		if !taken {
			other, err := cs.holder(ctx, ch, k)
			if err != nil {
				return err
			}
			taken = other != ""
		}
		if taken {
			p.Fields = append(p.Fields, uniqueFields(ch, k)...)
		}
	}
	return p
}

func uniqueFields(ch *change, k model.UniqueKey) []problem.Field {
	list := make([]problem.Field, len(k.Fields))
	for i, f := range k.Fields {
		list[i] = problem.At(ch.path+problem.Pointer(f.Key), "unique")
	}
	return list
}

// holder is the id of another record that holds the unique key's values.
func (cs *changeset) holder(ctx context.Context, ch *change, k model.UniqueKey) (string, error) {
	where := make(query.All, 0, len(k.Fields)+1)
	for _, f := range k.Fields {
		v := ch.after[f.Key]
		if v == nil {
			return "", nil
		}
		where = append(where, query.Cmp{Path: pathOf(f), Op: query.Eq, Value: v})
	}
	docs, err := cs.s.store.Find(ctx, ch.entity.Key, store.Find{Where: where, Limit: 2, IDsOnly: true})
	if err != nil {
		return "", err
	}
	for _, d := range docs {
		if d.ID != ch.id {
			return d.ID, nil
		}
	}
	return "", nil
}
