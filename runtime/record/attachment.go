package record

import (
	"context"
	"slices"

	"weft/runtime/files"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// linkFiles checks the files that a change adds to fields of the record, and
// links them to it in the same commit. Files that it takes out of one field
// are let go, unless another one holds them. before is the record as it was.
func (fl *fileLinks) linkFiles(ctx context.Context, ch *change, before map[string]any) error {
	ids := movedFiles(ch, before)
	if len(ids) == 0 {
		return nil
	}
	if err := fl.lookupFiles(ctx, ids); err != nil {
		return err
	}
	for _, f := range ch.entity.Fields {
		if f.HoldsFiles() {
			fl.checkFiles(ch, f, before)
		}
	}
	for _, id := range ids {
		fl.linkFile(ch, id)
	}
	return nil
}

// movedFiles lists the files that a change puts into a field or takes out of one.
func movedFiles(ch *change, before map[string]any) []string {
	var ids []string
	for _, f := range ch.entity.Fields {
		if !f.HoldsFiles() || ch.after == nil || sameValue(before[f.Key], ch.after[f.Key]) {
			continue
		}
		old, now := keysOf(before[f.Key]), keysOf(ch.after[f.Key])
		ids = append(append(ids, minus(now, old)...), minus(old, now)...)
	}
	return ids
}

// checkFiles notes what is wrong with the files that a field is given.
func (fl *fileLinks) checkFiles(ch *change, f *model.Field, before map[string]any) {
	old := keysOf(before[f.Key])
	for i, id := range keysOf(ch.after[f.Key]) {
		if slices.Contains(old, id) {
			continue
		}
		at := ch.path + problem.Pointer(f.Key, i)
		if code := fl.unusable(ch, before, id); code != "" {
			fl.problem(at, code, "id", id)
			continue
		}
		fl.checkFile(f, fl.links[id].file, at)
	}
}

func (fl *fileLinks) checkFile(f *model.Field, file files.File, at string) {
	if !files.Accepts(f.MediaTypes(), file.MediaType) {
		fl.problem(at, "media_type", "media_type", file.MediaType)
	}
	if f.Def.MaxBytes > 0 && file.Size > f.Def.MaxBytes {
		fl.problem(at, "file_too_large", "max", f.Def.MaxBytes)
	}
	if file.HasMetadata && !f.Def.KeepPosition {
		fl.problem(at, "file_position")
	}
}

// unusable is the problem of a file that may not be put on a record, "" for
// one that may: its uploader (an admin: every file) puts it on one record, and
// a caller who reads it there, or on a record that is merged into this one, into
// other fields. Only a caller who may know of the file learns why it cannot be used.
func (fl *fileLinks) unusable(ch *change, before map[string]any, id string) string {
	l := fl.links[id]
	mine := l != nil && (fl.call.Actor.Admin || l.file.By == fl.call.Actor.UserID)
	switch {
	case l == nil:
		return "no_such_file"
	case l.record == "" && (mine || fl.isImportUndo()):
		return ""
	case l.isLinkedTo(ch) && (mine || fl.readsFile(ch.entity, before, id)):
		return ""
	case l.entity == ch.entity.Key && slices.Contains(ch.merged, l.record):
		other := fl.index[docKey{l.entity, l.record}]
		if mine || fl.readsFile(other.entity, other.before, id) {
			return ""
		}
	case l.record != "" && mine:
		return "file_elsewhere"
	}
	return "no_such_file"
}

// isImportUndo tells whether the undo of an import writes what was there before
// it: files among that, which it let go, were on the record.
func (cc *callContext) isImportUndo() bool {
	return cc.call.Source == SourceUndo && cc.call.Import != ""
}

// readsFile tells whether the caller may read one of the fields in which a
// record holds a file. A caller who only knows the id of one in a hidden field could
// else read it by putting it into another.
func (sn *snapshot) readsFile(e *model.Entity, doc map[string]any, id string) bool {
	if !sn.rights.Can(e.Key, schemas.OpRead, doc) {
		return false
	}
	mask := sn.rights.ReadMask(e.Key, doc)
	return slices.ContainsFunc(e.Fields, func(f *model.Field) bool {
		return mask.Has(f.Key) && holdsFile(f, doc, id)
	})
}

// holdsFile tells whether a field of files holds the one with an id.
func holdsFile(f *model.Field, doc map[string]any, id string) bool {
	return f.HoldsFiles() && slices.Contains(keysOf(doc[f.Key]), id)
}

// minus lists what is in a and not in b.
func minus(a, b []string) []string {
	var out []string
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}
