package record

import (
	"context"
	"errors"
	"fmt"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/store"
)

// renewalBatch is one commit of a renewal: some records, everything that is
// computed from them, and how far the job is then.
type renewalBatch struct {
	s     *Service
	job   renewalJob
	older []renewalJob // about the same as job, not begun; they end with its first batch
	size  int
	// last is the last of count records of the batch, more whether others
	// follow, left whether other jobs about them wait.
	last       string
	count      int64
	more, left bool
}

// run renews the next records. errNoModel means that this node does not know
// the definitions yet that the job speaks of.
func (b *renewalBatch) run(ctx context.Context) error {
	m := b.s.current.Model()
	if m == nil || m.Version < b.job.Version {
		return errNoModel
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
	u := b.s.renewalUnit(m, b.job)
	if err := u.renew(ctx, e, docs, b.job); err != nil {
		return err
	}
	b.left = b.left || len(u.referred) > 0
	batch, err := u.seal(ctx)
	if err != nil {
		return err
	}
	if len(batch.Ops) == 0 {
		batch.Expect = append(batch.Expect, u.presentVersion())
	}
	return b.commit(ctx, batch)
}

var errNoModel = errors.New("record: the definitions of a renewal are not in force here yet")

// begin finds out, when the job is new, where it ends.
func (b *renewalBatch) begin(ctx context.Context, e *model.Entity) error {
	if b.job.Until != "" {
		return nil
	}
	where := b.job.where(e)
	last, err := b.s.store.Find(ctx, e.Key, store.Find{Where: where, IDDesc: true, Limit: 1, IDsOnly: true})
	if err != nil {
		return fmt.Errorf("record: renewal of %s: %w", e.Key, err)
	}
	if len(last) > 0 {
		b.job.Until = last[0].ID
	}
	if b.job.Total, err = b.s.store.Count(ctx, e.Key, where, 0); err != nil {
		return fmt.Errorf("record: renewal of %s: %w", e.Key, err)
	}
	return nil
}

// docs reads the records of the batch.
func (b *renewalBatch) docs(ctx context.Context, e *model.Entity) ([]store.Doc, error) {
	find := store.Find{Where: b.job.where(e), Limit: b.size}
	if b.job.After != "" {
		find.After = &store.Position{ID: b.job.After}
	}
	docs, err := b.s.store.Find(ctx, e.Key, find)
	if err != nil {
		return nil, fmt.Errorf("record: renewal of %s: %w", e.Key, err)
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
func (b *renewalBatch) commit(ctx context.Context, batch *store.Batch) error {
	for _, j := range b.older {
		batch.Ops = append(batch.Ops, j.remove())
	}
	if !b.more {
		batch.Ops = append(batch.Ops, b.job.remove())
		return b.s.store.Commit(ctx, batch)
	}
	next := b.job
	next.After, next.Done = b.last, next.Done+b.count
	op, err := next.write(store.Replace)
	if err != nil {
		return err
	}
	batch.Ops = append(batch.Ops, op)
	return b.s.store.Commit(ctx, batch)
}

// skip leaves the records of the batch as they are.
func (b *renewalBatch) skip(ctx context.Context) error {
	b.job.Skipped += b.count
	return b.commit(ctx, &store.Batch{})
}

// renewalUnit is a unit in which nobody acts: the rights of no person matter.
func (s *Service) renewalUnit(m *model.Model, j renewalJob) *unit {
	actor := &access.Actor{UserID: j.By}
	at := s.now().UTC().Truncate(time.Millisecond)
	return &unit{
		s: s, call: Call{Actor: actor, Source: j.Door, Cause: j.Cause, Depth: j.Depth}, model: m,
		rights: access.Compile(m, actor, access.RightsInput{}), at: at, stamp: at.Format(stampForm),
		index: map[docKey]*item{}, silent: j.Silent,
	}
}

// renew computes the records anew, and everything that is computed from them.
// Roll-ups of their own are only looked at after a publishing: other changes
// keep them right by themselves.
func (u *unit) renew(ctx context.Context, e *model.Entity, docs []store.Doc, j renewalJob) error {
	items := make([]*item, len(docs))
	for i, d := range docs {
		it, err := u.take(e, d)
		if err != nil {
			return err
		}
		items[i] = it
	}
	for _, it := range items {
		if j.Via == "" {
			if err := u.renewRollUps(ctx, it); err != nil {
				return err
			}
		}
		if _, err := u.refresh(ctx, it); err != nil {
			return err
		}
		if it.rederived = j.Text; it.rederived || len(it.diff()) > 0 {
			it.op = opUpdate
		}
		if err := u.touchParent(ctx, it); err != nil {
			return err
		}
	}
	return u.settle(ctx)
}

func (u *unit) renewRollUps(ctx context.Context, it *item) error {
	for _, f := range it.entity.RollUps {
		v, err := u.rollUp(ctx, f.RollUp, it)
		if err != nil {
			return fmt.Errorf("record: roll-up %s.%s: %w", it.entity.Key, f.Key, err)
		}
		it.set(f.Key, v)
	}
	return nil
}
