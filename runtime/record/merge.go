package record

import (
	"context"
	"errors"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// maxMerged is how many records one merge may take in.
const maxMerged = 100

// Merge makes one record of several: references to the others (from) are moved
// to keep, values that keep lacks are filled from them in the order given
// unless values say otherwise, and they go to the bin with the mark
// merged_into. The history of keep names them; their own histories stay.
// Needs update on keep and delete on each other. Errors: those of Update and Delete.
func (s *Service) Merge(ctx context.Context, c Call, entity, keep string, from []string, values map[string]any) (*Result, error) {
	return s.runOne(ctx, c, func(ctx context.Context, cs *changeset) (*change, error) {
		return cs.merge(ctx, entity, keep, from, values)
	})
}

func (cs *changeset) merge(ctx context.Context, entity, keep string, from []string, values map[string]any) (*change, error) {
	if entity == userEntity {
		return nil, problem.New(problem.Referenced, "user_stays", nil)
	}
	if err := checkMerge(keep, from); err != nil {
		return nil, err
	}
	ch, err := cs.open(ctx, entity, keep, schemas.OpUpdate)
	if err != nil {
		return nil, err
	}
	others := make([]*change, 0, len(from))
	for i, id := range from {
		other, err := cs.openMerged(ctx, ch.entity, id, problem.Pointer("from", i))
		if err != nil {
			return nil, err
		}
		if other != nil {
			others = append(others, other)
		}
	}
	if err := cs.err(); err != nil {
		return nil, err
	}
	patch := cs.mergePatch(ch, others, values)
	for _, other := range others {
		if err := cs.mergeInto(ctx, ch, other); err != nil {
			return nil, err
		}
	}
	ch.touched = true
	return ch, cs.applyInput(ctx, ch, patch)
}

func checkMerge(keep string, from []string) error {
	if len(from) == 0 {
		return requestProblem("/from", "required")
	}
	if len(from) > maxMerged {
		return requestProblem("/from", "too_many_records", "max", maxMerged)
	}
	seen := map[string]bool{keep: true}
	for i, id := range from {
		if id == keep {
			return requestProblem(problem.Pointer("from", i), "same_record")
		}
		if seen[id] {
			return requestProblem(problem.Pointer("from", i), "duplicate_item")
		}
		seen[id] = true
	}
	return nil
}

// openMerged loads a record that is merged away; one that the caller cannot see
// is a problem at its place.
func (cs *changeset) openMerged(ctx context.Context, e *model.Entity, id, at string) (*change, error) {
	ch, err := cs.load(ctx, e, id)
	seen := false
	if err == nil {
		seen, err = cs.mayRead(ctx, e, ch.before)
	}
	if errors.Is(err, store.ErrNotFound) || err == nil && !seen {
		cs.problem(at, "no_such_record")
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !cs.rights.Can(e.Key, schemas.OpDelete, ch.before) {
		cs.refuse(problem.New(problem.Forbidden, "no_right", nil))
	}
	return ch, nil
}

// mergePatch is the patch of a merge: the values given, and for fields that keep
// lacks the first value among the others. It is applied as if the caller
// had written it, so a merge never carries a value over that the caller may not
// write. Nor one that the caller may not read: on the kept record they may, and there is nothing
// to learn from which fields a merge fills.
func (cs *changeset) mergePatch(keep *change, others []*change, values map[string]any) map[string]any {
	patch := copyDoc(values)
	own, masks := cs.rights.ReadMask(keep.entity.Key, keep.before), make([]*access.Mask, len(others))
	for i, other := range others {
		masks[i] = cs.rights.ReadMask(keep.entity.Key, other.before)
	}
	for _, f := range keep.entity.Fields {
		if _, given := patch[f.Key]; given || keep.before[f.Key] != nil || f.Computed ||
			f.Def.ReadOnly || f.Def.FieldType == schemas.TypeChildRows || !own.Has(f.Key) {
			continue
		}
		for i, other := range others {
			if v := other.before[f.Key]; v != nil && v != keep.id && masks[i].Has(f.Key) {
				patch[f.Key] = f.Type.Wire(f, v)
				break
			}
		}
	}
	return patch
}

// mergeInto moves everything that refers to a record over to the one that is kept.
func (cs *changeset) mergeInto(ctx context.Context, keep, other *change) error {
	for _, f := range other.entity.Referrers {
		refs, err := cs.referrers(ctx, other.id, f)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			to := any(keep.id)
			if ref == keep && f.Kind != query.Keys {
				to = nil // the kept record would refer to itself
			}
			ref.movedByMerge = append(ref.movedByMerge, f.Key)
			if err := cs.replaceReference(ctx, ref, f, other.id, to); err != nil {
				return err
			}
		}
	}
	if err := cs.moveTasks(ctx, keep, other); err != nil {
		return err
	}
	if cs.deletion == "" {
		cs.deletion = newID()
	}
	if other.entity.Machine != nil {
		visits, err := cs.visitsOf(ctx, other.id, false)
		if err != nil {
			return err
		}
		other.removedVisits = visits
	}
	other.deletion = cs.deletion
	other.op, other.after, other.mergedInto, other.direct = opDelete, nil, keep.id, true
	keep.merged = append(keep.merged, other.id)
	return cs.runHooks(ctx, other)
}
