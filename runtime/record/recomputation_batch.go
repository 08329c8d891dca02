package record

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/store"
)

// recomputationBatch is one commit of a recomputation: some records, everything that is
// computed from them, and how far the job is then.
type recomputationBatch struct {
	s     *Service
	job   recomputationJob
	older []recomputationJob // about the same as job, not begun; they end with its first batch
	size  int
	// last is the last of count records of the batch, more whether others
	// follow, left whether other jobs about them wait.
	last       string
	count      int64
	unfit      int64 // values that a conversion could not take over
	more, left bool
}

// run recomputes the next records. errBehind means that this node does not know
// the definitions or settings yet that the job speaks of.
func (b *recomputationBatch) run(ctx context.Context) error {
	m := b.s.current.Model()
	if m == nil || m.Version < b.job.Version || b.s.settingsRevision() < b.job.Settings {
		return errBehind
	}
	e, ok := m.Entity(b.job.Entity)
	if !ok || b.job.Via != "" && e.ByKey[b.job.Via] == nil {
		return b.commit(ctx, &store.Batch{}) // it went away with a newer version
	}
	if err := b.begin(ctx, e); err != nil {
		return err
	}
	docs, err := b.docs(ctx, e)
	if err != nil {
		return err
	}
	cs := b.s.recomputationChangeset(m, b.job)
	defer cs.releaseNumbers()
	if b.unfit, err = cs.recomputeRecords(ctx, e, docs, b.job); err != nil {
		return err
	}
	b.left = b.left || len(cs.referred) > 0
	batch, err := batchBuilder{changeset: cs}.buildBatch(ctx)
	if err != nil {
		return err
	}
	if len(batch.Ops) == 0 {
		batch.Expect = append(batch.Expect, cs.expectVersion())
	}
	err = b.commit(ctx, batch)
	if err == nil || errors.Is(err, store.ErrUnknown) {
		cs.keepNumbers()
	}
	return err
}

var errBehind = errors.New("record: the definitions or settings of a recomputation are not known here yet")

// begin finds out, when the job is new, where it ends.
func (b *recomputationBatch) begin(ctx context.Context, e *model.Entity) error {
	if b.job.Until != "" {
		return nil
	}
	where := b.job.where(e)
	last, err := b.s.store.Find(ctx, e.Key, store.Find{Where: where, IDDesc: true, Limit: 1, IDsOnly: true})
	if err != nil {
		return fmt.Errorf("record: recomputation of %s: %w", e.Key, err)
	}
	if len(last) > 0 {
		b.job.Until = last[0].ID
	}
	if b.job.Total, err = b.s.store.Count(ctx, e.Key, where, 0); err != nil {
		return fmt.Errorf("record: recomputation of %s: %w", e.Key, err)
	}
	return nil
}

// docs reads the records of the batch.
func (b *recomputationBatch) docs(ctx context.Context, e *model.Entity) ([]store.Doc, error) {
	find := store.Find{Where: b.job.where(e), Limit: b.size}
	if b.job.After != "" {
		find.After = &store.Position{ID: b.job.After}
	}
	docs, err := b.s.store.Find(ctx, e.Key, find)
	if err != nil {
		return nil, fmt.Errorf("record: recomputation of %s: %w", e.Key, err)
	}
	b.more = len(docs) == b.size
	for i, d := range docs {
		if d.ID > b.job.Until {
			docs, b.more = docs[:i], false
			break
		}
	}
	if b.count = int64(len(docs)); b.count > 0 {
		b.last = docs[len(docs)-1].ID
	}
	return docs, nil
}

// commit writes the batch together with the progress of the job.
func (b *recomputationBatch) commit(ctx context.Context, batch *store.Batch) error {
	for _, j := range b.older {
		batch.Ops = append(batch.Ops, recomputationTable.Delete(j))
	}
	if !b.more {
		batch.Ops = append(batch.Ops, recomputationTable.Delete(b.job))
		return b.s.store.Commit(ctx, batch)
	}
	next := b.job
	next.After, next.Done, next.Unfit = b.last, next.Done+b.count, next.Unfit+b.unfit
	op, err := recomputationTable.Put(next)
	if err != nil {
		return err
	}
	batch.Ops = append(batch.Ops, op)
	return b.s.store.Commit(ctx, batch)
}

// skip leaves the records of the batch as they are.
func (b *recomputationBatch) skip(ctx context.Context) error {
	b.job.Skipped += b.count
	return b.commit(ctx, &store.Batch{})
}

// recomputationChangeset is a changeset without an actor: no rights matter.
func (s *Service) recomputationChangeset(m *model.Model, j recomputationJob) *changeset {
	actor := &access.Actor{UserID: j.By}
	call := Call{Actor: actor, Source: cmp.Or(j.Source, j.Door), Cause: j.Cause, Depth: j.Depth}
	cc := s.callContextOf(call, access.Compile(m, actor, access.RightsInput{}))
	cc.silent = j.Silent
	return newChangeset(cc)
}

// recomputeRecords computes the records anew, and everything that is computed from them.
// Roll-ups of their own are only looked at after a publishing: other changes
// keep them right by themselves.
func (cs *changeset) recomputeRecords(ctx context.Context, e *model.Entity, docs []store.Doc, j recomputationJob) (unfit int64, err error) {
	items := make([]*change, len(docs))
	for i, d := range docs {
		ch, err := cs.asChange(e, d)
		if err != nil {
			return 0, err
		}
		for _, c := range j.Convert {
			if !c.Apply(ch.after) {
				unfit++
			}
		}
		items[i] = ch
	}
	if j.Via == "" {
		if err := cs.numberRecords(ctx, items); err != nil {
			return 0, err
		}
	}
	if err := cs.prefetchStays(ctx, e, docs); err != nil {
		return 0, err
	}
	for _, ch := range items {
		if j.Via == "" {
			if err := cs.recomputeOwnRollUps(ctx, ch); err != nil {
				return 0, err
			}
		}
		if _, err := cs.recomputeFormulas(ctx, ch); err != nil {
			return 0, err
		}
		if ch.rederived = j.Text; ch.rederived || len(ch.diff()) > 0 {
			ch.op = opUpdate
		}
		if err := cs.touchParent(ctx, ch); err != nil {
			return 0, err
		}
	}
	return unfit, cs.recompute(ctx)
}

func (df *derivedFields) recomputeOwnRollUps(ctx context.Context, ch *change) error {
	for _, f := range ch.entity.RollUps {
		v, err := df.rollUp(ctx, f.RollUp, ch)
		if err != nil {
			return fmt.Errorf("record: roll-up %s.%s: %w", ch.entity.Key, f.Key, err)
		}
		ch.set(f.Key, v)
	}
	return nil
}

// prefetchStays reads the stages of records whose clocks are computed from them.
func (df *derivedFields) prefetchStays(ctx context.Context, e *model.Entity, docs []store.Doc) error {
	if len(docs) == 0 || !df.silent || !slices.ContainsFunc(e.Clocks, func(f *model.Field) bool { return f.Clock.NeedsStays() }) {
		return nil
	}
	ids := make([]string, len(docs))
	for i, d := range docs {
		ids[i] = d.ID
	}
	return df.prefetchVisits(ctx, ids)
}
