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
	"weft/runtime/store"
)

// tries bounds how often a change is made again because a revision it relied
// on was changed meanwhile. Losers wait in line, so more are never needed but
// under a storm on one record.
const tries = 12

// work fills a unit and names the item that the answer shows; it may be nil.
type work func(ctx context.Context, u *unit) (*item, error)

// sofar is what the attempts of one call leave to the next.
type sofar struct {
	numbers *directNumbers
	held    *holds
	// inLine says that the call lost before and waited its turn.
	inLine bool
}

// run is the door: it makes the change, commits it once, and makes it again on
// fresh records when it lost against another one. A call with an idempotency
// key that was answered before is answered the same.
func (s *Service) run(ctx context.Context, c Call, do work) (*Result, error) {
	// Others go first, for changes that come together share a flush.
	runtime.Gosched()
	if c.Source == "" {
		c.Source = "api"
	}
	so := &sofar{numbers: &directNumbers{s: s}, held: &holds{s: s}}
	defer so.held.release(ctx)
	at := place{q: &s.queues}
	defer at.leave()
	for try := range tries {
		so.inLine = try > 0
		if r, err := s.replay(ctx, c); r != nil || err != nil {
			return r, err
		}
		so.numbers.again()
		r, err := s.attempt(ctx, c, so, do)
		switch {
		case err == nil:
			return r, nil
		case errors.Is(err, errHeld):
			continue
		case !errors.Is(err, store.ErrConflict):
			return s.giveUp(ctx, c, err)
		}
		s.waitFor(ctx, err, try, &at)
	}
	p := problem.New(problem.Conflict, "too_much_contention", nil)
	p.RetryAfter = time.Second
	return nil, p
}

// waitFor takes a place in the line of the document that was lost. What lies
// in the bin, or is about to, and a version that was just published have no
// line: they are looked at again a little later.
func (s *Service) waitFor(ctx context.Context, err error, try int, at *place) {
	at.leave()
	var lost *store.ConflictError
	if !errors.As(err, &lost) {
		return
	}
	switch lost.Collection {
	case BinCollection:
		s.dropOldHold(ctx, lost.ID)
	case model.VersionCollection: // newer definitions are about to be in force
		if s.refresh != nil && s.refresh(ctx) == nil {
			return
		}
	default:
		at.enter(docKey{lost.Collection, lost.ID})
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(try+1) * time.Millisecond):
	}
}

func (s *Service) attempt(ctx context.Context, c Call, so *sofar, do work) (*Result, error) {
	u, err := s.newUnit(ctx, c, so.numbers)
	if err != nil {
		return nil, err
	}
	it, err := do(ctx, u)
	if err != nil {
		return nil, err
	}
	if err := u.finish(ctx); err != nil {
		return nil, err
	}
	if ids := so.held.missing(u); len(ids) > 0 {
		return nil, so.held.take(ctx, ids, u.stamp)
	}
	u.held = so.held.ids
	b, err := u.seal(ctx)
	if err != nil {
		return nil, err
	}
	r, err := u.answer(ctx, it, len(b.Ops) == 0)
	if err != nil {
		return nil, err
	}
	if c.Key != "" {
		b.Ops = append([]store.Op{u.keepAnswer(r)}, b.Ops...)
	}
	if len(b.Ops) == 0 {
		return r, nil
	}
	if err := s.commit(ctx, b, so.inLine); err != nil {
		return nil, u.commitError(ctx, err)
	}
	so.held.spent(u)
	return r, nil
}

// commit commits a batch, unless others are in line for what it changes and
// the caller is not. Renewals that it leaves behind begin at once.
func (s *Service) commit(ctx context.Context, b *store.Batch, inLine bool) error {
	if !inLine {
		if err := s.queues.ahead(b); err != nil {
			return err
		}
	}
	if err := s.store.Commit(ctx, b); err != nil {
		return err
	}
	for i := range b.Ops {
		if b.Ops[i].Collection == RecomputationCollection {
			s.wakeRenewer()
			break
		}
	}
	return nil
}

// finish takes a filled unit to the point where only the commit is left.
func (u *unit) finish(ctx context.Context) error {
	if err := u.verdict(); err != nil {
		return err
	}
	if err := u.settleAll(ctx); err != nil {
		return err
	}
	if err := u.judge(ctx); err != nil || !u.reasoned {
		return err
	}
	return u.settle(ctx)
}

// giveUp ends a call with an error. A twin with the same idempotency key may
// have succeeded meanwhile and made this one fail: then its answer counts.
func (s *Service) giveUp(ctx context.Context, c Call, err error) (*Result, error) {
	if r, again := s.replay(ctx, c); r != nil && again == nil {
		return r, nil
	}
	return nil, storeProblem(err)
}

// commitError explains why a commit was refused. A unique index of the
// entity's own is the caller's problem; one of weft's means a lost race.
func (u *unit) commitError(ctx context.Context, err error) error {
	var taken *store.UniqueError
	if !errors.As(err, &taken) {
		return err
	}
	if it := u.index[docKey{taken.Collection, taken.ID}]; it != nil && taken.Index != "id" {
		return u.uniqueProblem(ctx, it, taken.Index)
	}
	if taken.Collection == HistoryCollection { // its record was changed, whatever the database noticed first
		of, _, _ := strings.Cut(taken.ID, ":")
		for _, it := range u.items {
			if it.id == of {
				return &store.ConflictError{Collection: it.entity.Key, ID: of}
			}
		}
	}
	return &store.ConflictError{Collection: taken.Collection, ID: taken.ID}
}

// uniqueProblem lists every unique key of the record that is taken.
func (u *unit) uniqueProblem(ctx context.Context, it *item, index string) error {
	p := problem.New(problem.Unique, "", nil)
	for _, k := range it.entity.Unique {
		taken := k.Name == index
		if !taken {
			other, err := u.holder(ctx, it, k)
			if err != nil {
				return err
			}
			taken = other != ""
		}
		if taken {
			p.Fields = append(p.Fields, uniqueFields(it, k)...)
		}
	}
	return p
}

func uniqueFields(it *item, k model.UniqueKey) []problem.Field {
	list := make([]problem.Field, len(k.Fields))
	for i, f := range k.Fields {
		list[i] = problem.At(it.at+problem.Pointer(f.Key), "unique")
	}
	return list
}

// holder is the id of another record that holds the unique key's values.
func (u *unit) holder(ctx context.Context, it *item, k model.UniqueKey) (string, error) {
	where := make(query.All, 0, len(k.Fields)+1)
	for _, f := range k.Fields {
		v := it.after[f.Key]
		if v == nil {
			return "", nil
		}
		where = append(where, query.Cmp{Path: pathOf(f), Op: query.Eq, Value: v})
	}
	docs, err := u.s.store.Find(ctx, it.entity.Key, store.Find{Where: where, Limit: 2, IDsOnly: true})
	if err != nil {
		return "", err
	}
	for _, d := range docs {
		if d.ID != it.id {
			return d.ID, nil
		}
	}
	return "", nil
}

// storeProblem gives the store's errors their codes; others stay as they are.
func storeProblem(err error) error {
	code := problem.Code("")
	switch {
	case problem.As(err) != nil:
		return err
	case errors.Is(err, store.ErrUnknown):
		code = problem.OutcomeUnknown
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrReadOnly):
		code = problem.Unavailable
	case errors.Is(err, store.ErrFull):
		code = problem.StorageFull
	default:
		return err
	}
	p := problem.Wrap(code, err)
	p.RetryAfter = time.Second
	return p
}
