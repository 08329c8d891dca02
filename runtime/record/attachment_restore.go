package record

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/problem"
)

// reclaimFiles takes back the files of the records that come back. While a
// record lies in the bin its files stay with it, but for those that a merge
// carried over: these are another record's, or were let go by it and may be
// swept. Unlike a lost reference they cannot be restored first, so they are
// left out: with a warning, and in the history of the restored record.
func (u *unit) reclaimFiles(ctx context.Context, main *item) error {
	if u.s.files == nil {
		return nil
	}
	var ids []string
	for _, it := range u.items {
		ids = append(ids, filesOf(it)...)
	}
	if err := u.lookupFiles(ctx, ids); err != nil {
		return err
	}
	for _, it := range u.items {
		for _, f := range it.entity.Fields {
			if !f.HoldsFiles() {
				continue
			}
			if err := u.reclaim(ctx, it, f, it == main); err != nil {
				return err
			}
		}
		for _, id := range filesOf(it) {
			u.linkFile(it, id)
		}
	}
	return nil
}

// filesOf lists the files that a record holds.
func filesOf(it *item) []string {
	var ids []string
	for _, f := range it.entity.Fields {
		if f.HoldsFiles() {
			ids = append(ids, keysOf(it.after[f.Key])...)
		}
	}
	return ids
}

// reclaim leaves in a field the files that are the record's or nobody's.
func (u *unit) reclaim(ctx context.Context, it *item, f *model.Field, main bool) error {
	listed := keysOf(it.after[f.Key])
	kept := make([]string, 0, len(listed))
	for _, id := range listed {
		if l := u.links[id]; l != nil && (l.record == "" || l.on(it)) {
			kept = append(kept, id)
		}
	}
	lost := len(listed) - len(kept)
	if lost == 0 {
		return nil
	}
	if it.binned == nil {
		it.binned = map[string]any{}
	}
	it.binned[f.Key] = it.after[f.Key]
	it.set(f.Key, storedForm(kept))
	seen, err := u.mayRead(ctx, it.entity, it.after)
	if err != nil || !seen || !u.rights.ReadMask(it.entity.Key, it.after).Has(f.Key) {
		return err
	}
	at := "" // of a record that is not in the answer
	if main {
		at = problem.Pointer(f.Key)
	}
	u.warnings = append(u.warnings, problem.At(at, "lost_files", "count", lost, "entity", it.entity.Def.Title, "field", f.Def.Title))
	return nil
}

// lostFiles are the fields that came back without some of their files.
func (it *item) lostFiles() []*model.Field {
	var list []*model.Field
	for _, f := range it.entity.Fields {
		if it.binned[f.Key] != nil {
			list = append(list, f)
		}
	}
	return list
}
