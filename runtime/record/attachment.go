package record

import (
	"context"
	"fmt"
	"slices"

	"weft/runtime/files"
	"weft/runtime/model"
	"weft/runtime/problem"
)

// linkFiles checks the files that this change adds to attachment fields and
// links them to the record in the same commit. Files that are taken out are
// let go, unless the record holds them in another field.
func (u *unit) linkFiles(ctx context.Context, it *item) error {
	for _, f := range it.entity.Fields {
		if !f.HoldsFiles() || it.after == nil || sameValue(it.before[f.Key], it.after[f.Key]) {
			continue
		}
		now, old := keysOf(it.after[f.Key]), keysOf(it.before[f.Key])
		if err := u.takeFiles(ctx, it, f, now, minus(now, old)); err != nil {
			return err
		}
		if err := u.letFilesGo(ctx, it, minus(old, now)); err != nil {
			return err
		}
	}
	return nil
}

func (u *unit) takeFiles(ctx context.Context, it *item, f *model.Field, all, added []string) error {
	if len(added) == 0 {
		return nil
	}
	byID, err := u.lookupFiles(ctx, added)
	if err != nil {
		return err
	}
	var link []files.File
	for i, id := range all {
		if !slices.Contains(added, id) {
			continue
		}
		file, ok := byID[id]
		at := it.at + problem.Pointer(f.Key, i)
		if !ok || !u.mayUse(file, it) {
			u.problem(at, "no_such_file", "id", id)
			continue
		}
		u.checkFile(f, file, at)
		if file.Entity != it.entity.Key || file.Record != it.id || file.Field != f.Key {
			link = append(link, file)
		}
	}
	ops, err := files.LinkOps(link, it.entity.Key, it.id, f.Key)
	if err != nil {
		return fmt.Errorf("record: linking files: %w", err)
	}
	u.ops = append(u.ops, ops...)
	return nil
}

// mayUse tells whether a file may be put on a record: it lies on it already,
// on one that is merged into it, or nowhere and the person uploaded it (an
// admin may use anybody's).
func (u *unit) mayUse(file files.File, it *item) bool {
	if !file.Linked() {
		return u.call.Actor.Admin || file.By == u.call.Actor.UserID
	}
	return file.Entity == it.entity.Key && (file.Record == it.id || slices.Contains(it.merged, file.Record))
}

func (u *unit) checkFile(f *model.Field, file files.File, at string) {
	if !files.Accepts(f.MediaTypes(), file.MediaType) {
		u.problem(at, "media_type", "media_type", file.MediaType)
	}
	if f.Def.MaxBytes > 0 && file.Size > f.Def.MaxBytes {
		u.problem(at, "file_too_large", "max", f.Def.MaxBytes)
	}
	if file.AsSent && !f.Def.KeepPosition {
		u.problem(at, "file_position")
	}
}

func (u *unit) letFilesGo(ctx context.Context, it *item, gone []string) error {
	var loose []string
	for _, id := range gone {
		if !holdsFile(it, id) {
			loose = append(loose, id)
		}
	}
	if len(loose) == 0 {
		return nil
	}
	byID, err := u.lookupFiles(ctx, loose)
	if err != nil {
		return err
	}
	var list []files.File
	for _, id := range loose {
		if file, ok := byID[id]; ok && file.Entity == it.entity.Key && file.Record == it.id {
			list = append(list, file)
		}
	}
	ops, err := files.UnlinkOps(list, u.at)
	if err != nil {
		return fmt.Errorf("record: letting files go: %w", err)
	}
	u.ops = append(u.ops, ops...)
	return nil
}

func holdsFile(it *item, id string) bool {
	for _, f := range it.entity.Fields {
		if f.HoldsFiles() && slices.Contains(keysOf(it.after[f.Key]), id) {
			return true
		}
	}
	return false
}

func (u *unit) lookupFiles(ctx context.Context, ids []string) (map[string]files.File, error) {
	if u.s.files == nil {
		return nil, nil
	}
	found, err := u.s.files.Lookup(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("record: looking up files: %w", err)
	}
	byID := make(map[string]files.File, len(found))
	for _, f := range found {
		byID[f.ID] = f
	}
	return byID, nil
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
