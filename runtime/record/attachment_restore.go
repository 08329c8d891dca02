package record

import (
	"context"
	"slices"

	"weft/runtime/model"
	"weft/runtime/problem"
)

// restoreFiles takes back the files of the records that come back. While a
// record lies in the bin its files stay with it, but for those that a merge
// carried over: these are another record's, or were let go by it and may be
// swept. Unlike a lost reference they cannot be restored first, so they are
// left out: with a warning, and in the history of the restored record.
func (fl *fileLinks) restoreFiles(ctx context.Context, main *change) error {
	if fl.s.files == nil {
		return nil
	}
	var ids []string
	for _, ch := range fl.restored() {
		ids = append(ids, filesOf(ch)...)
	}
	if err := fl.lookupFiles(ctx, ids); err != nil {
		return err
	}
	for _, ch := range fl.restored() {
		for _, f := range ch.entity.Fields {
			if !f.HoldsFiles() {
				continue
			}
			if err := fl.restoreFilesOf(ctx, ch, f, ch == main); err != nil {
				return err
			}
		}
		for _, id := range filesOf(ch) {
			fl.linkFile(ch, id)
		}
	}
	return nil
}

// restored lists the records that come back.
func (sn *snapshot) restored() []*change {
	return slices.DeleteFunc(slices.Clone(sn.changes), func(ch *change) bool { return ch.op != opRestore })
}

// filesOf lists the files that a record holds.
func filesOf(ch *change) []string {
	var ids []string
	for _, f := range ch.entity.Fields {
		if f.HoldsFiles() {
			ids = append(ids, keysOf(ch.after[f.Key])...)
		}
	}
	return ids
}

// restoreFilesOf leaves in a field the files that are the record's or nobody's.
func (fl *fileLinks) restoreFilesOf(ctx context.Context, ch *change, f *model.Field, main bool) error {
	listed := keysOf(ch.after[f.Key])
	kept := make([]string, 0, len(listed))
	for _, id := range listed {
		if l := fl.links[id]; l != nil && (l.record == "" || l.isLinkedTo(ch)) {
			kept = append(kept, id)
		}
	}
	lost := len(listed) - len(kept)
	if lost == 0 {
		return nil
	}
	if ch.beforeRestore == nil {
		ch.beforeRestore = map[string]any{}
	}
	ch.beforeRestore[f.Key] = ch.after[f.Key]
	ch.set(f.Key, storedForm(kept))
	seen, err := fl.mayRead(ctx, ch.entity, ch.after)
	if err != nil || !seen || !fl.rights.ReadMask(ch.entity.Key, ch.after).Has(f.Key) {
		return err
	}
	at := "" // of a record that is not in the answer
	if main {
		at = problem.Pointer(f.Key)
	}
	fl.warnings = append(fl.warnings, problem.At(at, "lost_files", "count", lost, "entity", ch.entity.Def.Title, "field", f.Def.Title))
	return nil
}

// fieldsWithLostFiles are the fields that came back without some of their files.
func (ch *change) fieldsWithLostFiles() []*model.Field {
	var list []*model.Field
	for _, f := range ch.entity.Fields {
		if ch.beforeRestore[f.Key] != nil {
			list = append(list, f)
		}
	}
	return list
}
