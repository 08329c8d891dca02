package record

import (
	"context"
	"fmt"
	"slices"

	"weft/runtime/model"
	"weft/runtime/store"
)

// maxReferrersInCommit is how many records of others one change computes anew in its
// own commit. The rest is computed after it, see Recomputer.
const maxReferrersInCommit = 200

// recomputeReferrers computes the formulas that read, across a reference, a value that the
// changes in work alter, and returns the records of which a value is
// another one now. A record that stays as it is must still be so at the commit.
func (df *derivedFields) recomputeReferrers(ctx context.Context, work []*change) ([]*change, error) {
	var moved []*change
	have := map[*change]bool{}
	for _, ch := range work {
		for _, via := range ch.readThrough() {
			if err := df.loadReferrers(ctx, ch, via); err != nil {
				return nil, err
			}
			for _, other := range df.changes {
				if other.entity != via.Entity || text(other.after, via.Key) != ch.id {
					continue
				}
				changed, err := df.recomputeFormulas(ctx, other)
				if err != nil {
					return nil, err
				}
				if changed && !have[other] {
					have[other] = true
					moved = append(moved, other)
				}
			}
		}
	}
	return moved, nil
}

// readThrough lists the references through which formulas read a value that
// the change alters. A deletion alters nothing for others: it handled the
// records that referred to it itself.
func (ch *change) readThrough() []*model.Field {
	if len(ch.entity.DependentFormulas) == 0 || ch.op == "" || ch.op == opDelete {
		return nil
	}
	var vias []*model.Field
	for _, fed := range ch.entity.DependentFormulas {
		if !sameValue(ch.before[fed.Source.Key], ch.after[fed.Source.Key]) && !slices.Contains(vias, fed.Via) {
			vias = append(vias, fed.Via)
		}
	}
	return vias
}

// recomputeFormulas computes the formulas of a record that the caller does not write.
func (df *derivedFields) recomputeFormulas(ctx context.Context, ch *change) (changed bool, err error) {
	if changed, err = df.compute(ctx, ch); err != nil {
		return false, err
	}
	if ch.op != "" {
		return changed, nil
	}
	if !changed {
		df.expectRevision(docKey{ch.entity.Key, ch.id}, ch.rev)
		return false, nil
	}
	ch.op = opUpdate
	return true, df.touchParent(ctx, ch)
}

// referral is one record together with a reference that leads to it.
type referral struct {
	via    *model.Field
	target string
}

// loadReferrers brings the records whose field via names the record into
// the changeset, unless they are too many for one commit. A job goes through them
// after the commit in any case: it finds those too that came to refer to the record
// while this change was made. A new or restored record has no referrers but
// those of this changeset.
func (df *derivedFields) loadReferrers(ctx context.Context, ch *change, via *model.Field) error {
	k := referral{via, ch.id}
	if ch.op != opUpdate || df.referred[k] {
		return nil
	}
	if df.referred == nil {
		df.referred = map[referral]bool{}
	}
	df.referred[k] = true
	left := maxReferrersInCommit - df.referrersLoaded
	docs, err := df.s.store.Find(ctx, via.Entity.Key, store.Find{Where: whereRefersTo(via, ch.id), Limit: left + 1})
	if err != nil {
		return fmt.Errorf("record: records that read %s: %w", ch.id, err)
	}
	op, err := recomputationJob{
		Entity: via.Entity.Key, Via: via.Key, Target: ch.id,
		By: df.call.Actor.UserID, Source: df.call.Source, Cause: df.call.Cause, Depth: df.call.Depth, Silent: df.silent,
	}.insert(df.at)
	if err != nil {
		return err
	}
	df.jobs = append(df.jobs, op)
	if len(docs) > left {
		return nil
	}
	df.referrersLoaded += len(docs)
	for _, d := range docs {
		if _, err := df.asChange(via.Entity, d); err != nil {
			return err
		}
	}
	return nil
}
