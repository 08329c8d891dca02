package record

import (
	"context"
	"errors"
	"fmt"
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
// on was changed meanwhile. Losers wait for their turn, so more are needed only
// under a storm on one record.
const maxTries = 12

// applyFunc fills a changeset and returns the changes that the answer shows.
type applyFunc func(ctx context.Context, cs *changeset) ([]*change, error)

// one makes an applyFunc of a function that returns one change or none.
func one(apply func(ctx context.Context, cs *changeset) (*change, error)) applyFunc {
	return func(ctx context.Context, cs *changeset) ([]*change, error) {
		ch, err := apply(ctx, cs)
		if err != nil {
			return nil, err
		}
		return []*change{ch}, nil
	}
}

// attempts is what the attempts at one changeset leave to the next.
type attempts struct {
	s            *Service
	reservations reservations
	position     queuePosition
	// queued says that the call lost before and waited for its turn.
	queued bool
}

func (s *Service) newAttempts() *attempts {
	return &attempts{s: s, reservations: reservations{s: s}, position: queuePosition{queues: &s.contention}}
}

// end gives back what the attempts hold.
func (a *attempts) end(ctx context.Context) {
	a.position.leave()
	a.reservations.release(ctx)
}

// retry calls attempt again, on fresh records, while it loses against other
// changes. The error of the last attempt is a conflict when all tries lost.
func (a *attempts) retry(ctx context.Context, tries int, attempt func() error) error {
	var err error
	for try := range tries {
		a.queued = try > 0
		if err = attempt(); errors.Is(err, errReserved) {
			continue
		}
		if err == nil || !errors.Is(err, store.ErrConflict) {
			return err
		}
		if stop := a.s.waitForTurn(ctx, err, try, &a.position); stop != nil {
			return stop
		}
	}
	return err
}

// runOne makes one change; see run.
func (s *Service) runOne(ctx context.Context, c Call, apply func(ctx context.Context, cs *changeset) (*change, error)) (*Result, error) {
	list, err := s.run(ctx, c, one(apply))
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// run is the one way in which records change: it builds the changeset, commits
// it once, and builds it again on fresh records when it lost against another
// one. A call with an idempotency key that was answered before is answered the same.
func (s *Service) run(ctx context.Context, c Call, apply applyFunc) ([]Result, error) {
	// Others go first, for changes that come together share a flush.
	runtime.Gosched()
	if c.Source == "" {
		c.Source = SourceAPI
	}
	a := s.newAttempts()
	defer a.end(ctx)
	var results []Result
	err := a.retry(ctx, maxTries, func() error {
		var err error
		if results, err = s.replayAll(ctx, c); results != nil || err != nil {
			return err
		}
		results, err = s.attempt(ctx, c, a, apply)
		return err
	})
	switch {
	case err == nil:
		return results, nil
	case errors.Is(err, store.ErrConflict), errors.Is(err, errReserved):
		p := problem.New(problem.Conflict, "too_much_contention", nil)
		p.RetryAfter = time.Second
		return nil, p
	}
	return s.fail(ctx, c, err)
}

// waitForTurn waits in the queue of the document that was lost. Rows of the
// bin and a version that was just published have no queue: they are looked at
// again a little later. The error is that of a context that ended.
func (s *Service) waitForTurn(ctx context.Context, err error, try int, at *queuePosition) error {
	at.leave()
	var lost *store.ConflictError
	if !errors.As(err, &lost) {
		return ctx.Err()
	}
	switch lost.Collection {
	case BinCollection:
		s.dropExpiredReservation(ctx, lost.ID)
	case model.VersionCollection: // newer definitions are about to be current
		if s.refresh != nil && s.refresh(ctx) == nil {
			return ctx.Err()
		}
	default:
		return at.wait(ctx, docKey{lost.Collection, lost.ID})
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(try+1) * time.Millisecond):
		return nil
	}
}

func (s *Service) attempt(ctx context.Context, c Call, a *attempts, apply applyFunc) ([]Result, error) {
	cc, err := s.newCallContext(ctx, c)
	if err != nil {
		return nil, err
	}
	cs := newChangeset(cc)
	defer cs.releaseNumbers()
	roots, err := apply(ctx, cs)
	if err != nil {
		return nil, err
	}
	if err := cs.err(); err != nil {
		return nil, err
	}
	if err := cs.complete(ctx, func(ctx context.Context) error { return cs.validate(ctx, cs.changes) }); err != nil {
		return nil, err
	}
	b, err := a.build(ctx, cs)
	if err != nil {
		return nil, err
	}
	results, err := resultWriter{cs}.answers(ctx, roots, len(b.Ops) == 0)
	if err != nil {
		return nil, err
	}
	if c.Key != "" {
		kept, err := keptResult(results)
		if err != nil {
			return nil, err
		}
		b.Ops = append([]store.Op{AnswerOp(c, cs.at, kept)}, b.Ops...)
	}
	b.Ops = append(b.Ops, c.Ops...)
	return results, a.commit(ctx, cs, b)
}

// complete brings a changeset from its input to the point where only the
// commit is left: running numbers, derived fields, conditions and stages.
// Single changes and the groups of an import take the same steps.
func (cs *changeset) complete(ctx context.Context, validate func(ctx context.Context) error) error {
	if err := cs.setAutoNumbers(ctx); err != nil {
		return err
	}
	if err := cs.recomputeAll(ctx); err != nil {
		return err
	}
	if err := cs.findFullParents(ctx); err != nil {
		return err
	}
	if err := validate(ctx); err != nil || !cs.valuesSet {
		return err
	}
	return cs.recompute(ctx)
}

// build makes the batch of a completed changeset. errReserved says that records
// to be deleted were reserved first, and that the changeset is to be built again.
func (a *attempts) build(ctx context.Context, cs *changeset) (*store.Batch, error) {
	if ids := a.reservations.needed(cs); len(ids) > 0 {
		return nil, a.reservations.reserve(ctx, ids, cs.stamp)
	}
	return batchBuilder{changeset: cs, reserved: a.reservations.ids}.buildBatch(ctx)
}

// commit writes the batch of a changeset.
func (a *attempts) commit(ctx context.Context, cs *changeset, b *store.Batch) error {
	if len(b.Ops) == 0 {
		return nil
	}
	if err := cs.advanceCounters(ctx); err != nil {
		return err
	}
	if err := a.s.commit(ctx, b, a.queued); err != nil {
		if errors.Is(err, store.ErrUnknown) {
			cs.keepNumbers() // they may have been committed
		}
		return cs.commitError(ctx, err)
	}
	cs.keepNumbers()
	a.reservations.forgetCommitted(cs)
	return nil
}

// commit commits a batch, unless others wait for what it changes and the caller
// is not queued. Recomputations that it causes begin at once.
func (s *Service) commit(ctx context.Context, b *store.Batch, queued bool) error {
	if !queued {
		if err := s.contention.conflictWithWaiters(b); err != nil {
			return err
		}
	}
	if err := s.store.Commit(ctx, b); err != nil {
		return err
	}
	s.committed(b)
	for i := range b.Ops {
		if b.Ops[i].Collection == RecomputationCollection {
			s.notifyRecomputer()
			break
		}
	}
	return nil
}

// OpConflictError says that an operation of Call.Ops did not apply: another
// writer was faster, and nothing of the call was written. It is never retried.
type OpConflictError struct{ Collection, ID string }

func (e *OpConflictError) Error() string {
	return fmt.Sprintf("record: the caller's operation on %s/%s lost against another writer", e.Collection, e.ID)
}

// noOps refuses operations of the caller where several commits are made.
func (c Call) noOps() error {
	if len(c.Ops) > 0 {
		return errors.New("record: a call of several commits cannot carry operations")
	}
	return nil
}

// opConflict tells whether a commit failed because of one of the caller's operations.
func (c Call) opConflict(err error) *OpConflictError {
	var lost *store.ConflictError
	var taken *store.UniqueError
	key := docKey{}
	switch {
	case errors.As(err, &lost):
		key = docKey{lost.Collection, lost.ID}
	case errors.As(err, &taken):
		key = docKey{taken.Collection, taken.ID}
	}
	for _, op := range c.Ops {
		if key == (docKey{op.Collection, op.Doc.ID}) {
			return &OpConflictError{key.collection, key.id}
		}
	}
	return nil
}

// fail ends a call with an error. Another call with the same idempotency key may
// have succeeded meanwhile and made this one fail: then its answer counts.
func (s *Service) fail(ctx context.Context, c Call, err error) ([]Result, error) {
	if r, again := s.replayAll(ctx, c); r != nil && again == nil {
		return r, nil
	}
	return nil, read.StoreProblem(err)
}

// commitError explains why a commit was refused. A unique index of the
// entity's own is the caller's problem; one of weft's means a lost race.
func (cs *changeset) commitError(ctx context.Context, err error) error {
	if lost := cs.call.opConflict(err); lost != nil {
		return lost
	}
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

// uniqueProblem lists every unique key of the record that is taken. It names the
// holder where the caller may read it, and the entity of a record that the
// caller did not name.
func (cs *changeset) uniqueProblem(ctx context.Context, ch *change, index string) error {
	p := problem.New(problem.Unique, "", nil)
	for _, k := range ch.entity.Unique {
		holder, err := cs.holder(ctx, ch, k)
		if err != nil {
			return err
		}
		if k.Name != index && holder == "" {
			continue
		}
		fields := uniqueFields(ch, k)
		if err := cs.nameHolder(ctx, ch, holder, fields); err != nil {
			return err
		}
		p.Fields = append(p.Fields, fields...)
	}
	return p
}

func (cs *changeset) nameHolder(ctx context.Context, ch *change, holder string, fields []problem.Field) error {
	seen := false
	if holder != "" {
		doc, err := cs.find(ctx, ch.entity.Key, holder, false)
		if err != nil {
			return err
		}
		if seen, err = cs.mayRead(ctx, ch.entity, doc); err != nil {
			return err
		}
	}
	own, err := cs.mayRead(ctx, ch.entity, ch.after)
	if err != nil {
		return err
	}
	for i := range fields {
		params := map[string]any{}
		if seen {
			params["record"] = holder
		}
		if !ch.direct {
			params["entity"] = ch.entity.Def.Title
			fields[i].Text = "unique_elsewhere"
			if own {
				params["id"] = ch.id
			}
		}
		fields[i].Params = params
	}
	return nil
}

func uniqueFields(ch *change, k model.UniqueKey) []problem.Field {
	list := make([]problem.Field, len(k.Fields))
	for i, f := range k.Fields {
		list[i] = problem.At(ch.path+problem.Pointer(f.Key), "unique")
	}
	return list
}

// holder is the id of another record that holds the unique key's values.
func (sn *snapshot) holder(ctx context.Context, ch *change, k model.UniqueKey) (string, error) {
	where := make(query.All, 0, len(k.Fields)+1)
	for _, f := range k.Fields {
		v := ch.after[f.Key]
		if v == nil {
			return "", nil
		}
		where = append(where, query.Cmp{Path: pathOf(f), Op: query.Eq, Value: v})
	}
	docs, err := sn.s.store.Find(ctx, ch.entity.Key, store.Find{Where: where, Limit: 2, IDsOnly: true})
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
