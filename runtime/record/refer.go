package record

import (
	"context"
	"fmt"
	"slices"

	"weft/runtime/model"
	"weft/runtime/store"
)

// refersAtOnce is how many records of others one change computes anew in its
// own commit. What reads more is computed behind it, see Renewer.
const refersAtOnce = 200

// refer computes the formulas that read, across a reference, a value that the
// items in work have changed, and returns the records of which a value is
// another one now. A record that stays as it is must still be so at the commit.
func (u *unit) refer(ctx context.Context, work []*item) ([]*item, error) {
	var moved []*item
	have := map[*item]bool{}
	for _, it := range work {
		for _, via := range it.readThrough() {
			if err := u.loadReferrers(ctx, it, via); err != nil {
				return nil, err
			}
			for _, other := range u.items {
				if other.entity != via.Entity || text(other.after, via.Key) != it.id {
					continue
				}
				changed, err := u.refresh(ctx, other)
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
// the item changes. A deletion changes nothing for others: whoever referred to
// it was told by the deletion itself.
func (it *item) readThrough() []*model.Field {
	if len(it.entity.DependentFormulas) == 0 || it.op == "" || it.op == opDelete {
		return nil
	}
	var vias []*model.Field
	for _, fed := range it.entity.DependentFormulas {
		if !sameValue(it.before[fed.Source.Key], it.after[fed.Source.Key]) && !slices.Contains(vias, fed.Via) {
			vias = append(vias, fed.Via)
		}
	}
	return vias
}

// refresh computes the formulas of a record that the person does not write.
func (u *unit) refresh(ctx context.Context, it *item) (changed bool, err error) {
	if changed, err = u.compute(ctx, it); err != nil {
		return false, err
	}
	if it.op != "" {
		return changed, nil
	}
	if !changed {
		u.rely(docKey{it.entity.Key, it.id}, it.rev)
		return false, nil
	}
	it.op = opUpdate
	return true, u.touchParent(ctx, it)
}

// referral is one record together with a reference that leads to it.
type referral struct {
	via    *model.Field
	target string
}

// loadReferrers brings the records whose field via names the item into the
// unit, unless they are too many for one commit. A job goes through them behind
// the commit in any case: it finds those too that came to refer to the item
// while this change was made. A new or restored record has no referrers but
// those of this unit.
func (u *unit) loadReferrers(ctx context.Context, it *item, via *model.Field) error {
	k := referral{via, it.id}
	if it.op != opUpdate || u.referred[k] {
		return nil
	}
	if u.referred == nil {
		u.referred = map[referral]bool{}
	}
	u.referred[k] = true
	left := refersAtOnce - u.drawnIn
	docs, err := u.s.store.Find(ctx, via.Entity.Key, store.Find{Where: refersTo(via, it.id), Limit: left + 1})
	if err != nil {
		return fmt.Errorf("record: records that read %s: %w", it.id, err)
	}
	op, err := renewalJob{
		Entity: via.Entity.Key, Via: via.Key, Target: it.id,
		By: u.call.Actor.UserID, Door: u.call.Source, Cause: u.call.Cause, Depth: u.call.Depth, Silent: u.silent,
	}.insert(u.at)
	if err != nil {
		return err
	}
	u.ops = append(u.ops, op)
	if len(docs) > left {
		return nil
	}
	u.drawnIn += len(docs)
	for _, d := range docs {
		if _, err := u.take(via.Entity, d); err != nil {
			return err
		}
	}
	return nil
}
