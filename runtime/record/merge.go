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

// mergeAtOnce is how many records one merge may take in.
const mergeAtOnce = 100

// Merge makes one record of several: references to the others (from) are moved
// to keep, values that keep lacks are filled from them in the order given
// unless values say otherwise, and they go to the bin with the mark
// merged_into. The history of keep names them; their own histories stay.
// Needs update on keep and delete on each other. Errors: those of Update and Delete.
func (s *Service) Merge(ctx context.Context, c Call, entity, keep string, from []string, values map[string]any) (*Result, error) {
	return s.run(ctx, c, func(ctx context.Context, u *unit) (*item, error) {
		return u.merge(ctx, entity, keep, from, values)
	})
}

func (u *unit) merge(ctx context.Context, entity, keep string, from []string, values map[string]any) (*item, error) {
	if entity == userEntity {
		return nil, problem.New(problem.Referenced, "user_stays", nil)
	}
	if err := checkMerge(keep, from); err != nil {
		return nil, err
	}
	it, err := u.open(ctx, entity, keep, schemas.OpUpdate)
	if err != nil {
		return nil, err
	}
	others := make([]*item, 0, len(from))
	for i, id := range from {
		other, err := u.openOther(ctx, it.entity, id, problem.Pointer("from", i))
		if err != nil {
			return nil, err
		}
		if other != nil {
			others = append(others, other)
		}
	}
	if err := u.verdict(); err != nil {
		return nil, err
	}
	patch := u.fill(it, others, values)
	for _, other := range others {
		if err := u.absorb(ctx, it, other); err != nil {
			return nil, err
		}
	}
	it.touched = true
	return it, u.enter(ctx, it, patch)
}

func checkMerge(keep string, from []string) error {
	if len(from) == 0 {
		return badEnvelope("/from", "required")
	}
	if len(from) > mergeAtOnce {
		return badEnvelope("/from", "too_many_records", "max", mergeAtOnce)
	}
	seen := map[string]bool{keep: true}
	for i, id := range from {
		if id == keep {
			return badEnvelope(problem.Pointer("from", i), "same_record")
		}
		if seen[id] {
			return badEnvelope(problem.Pointer("from", i), "duplicate_item")
		}
		seen[id] = true
	}
	return nil
}

// openOther loads a record that is merged away; one that the person cannot see
// is a problem at its place.
func (u *unit) openOther(ctx context.Context, e *model.Entity, id, at string) (*item, error) {
	it, err := u.load(ctx, e, id)
	seen := false
	if err == nil {
		seen, err = u.mayRead(ctx, e, it.before)
	}
	if errors.Is(err, store.ErrNotFound) || err == nil && !seen {
		u.problem(at, "no_such_record")
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !u.rights.Can(e.Key, schemas.OpDelete, it.before) {
		u.refuse(problem.New(problem.Forbidden, "no_right", nil))
	}
	return it, nil
}

// fill is the patch of a merge: the values given, and for fields that keep
// lacks the first value among the others. It passes the door as if the person
// had written it, so a merge never carries a value over that he may not write.
// Nor one that he may not read: on the kept record he may, and there is nothing
// to learn from which fields a merge fills (S-03).
func (u *unit) fill(keep *item, others []*item, values map[string]any) map[string]any {
	patch := copyDoc(values)
	own, masks := u.rights.ReadMask(keep.entity.Key, keep.before), make([]*access.Mask, len(others))
	for i, other := range others {
		masks[i] = u.rights.ReadMask(keep.entity.Key, other.before)
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

// absorb moves everything that refers to a record over to the one that is kept.
func (u *unit) absorb(ctx context.Context, keep, other *item) error {
	for _, f := range other.entity.Referrers {
		refs, err := u.referrers(ctx, other.id, f)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			to := any(keep.id)
			if ref == keep && f.Kind != query.Keys {
				to = nil // the kept record would refer to itself
			}
			if err := u.redirect(ctx, ref, f, other.id, to); err != nil {
				return err
			}
		}
	}
	if u.deletion == "" {
		u.deletion = newID()
	}
	if other.entity.Machine != nil {
		visits, err := u.visitsOf(ctx, other.id, false)
		if err != nil {
			return err
		}
		other.takenVisits = visits
	}
	other.op, other.after, other.mergedInto, other.direct = opDelete, nil, keep.id, true
	keep.merged = append(keep.merged, other.id)
	return u.runHooks(ctx, other)
}
