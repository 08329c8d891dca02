package record

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"weft/runtime/files"
	"weft/runtime/store"
)

// fileLink is a file as it is in the store, and the field of a record to which
// it will be linked after the unit; "" when no record holds it any more. A file
// is linked once, however many fields of its record hold it.
type fileLink struct {
	file                  files.File
	entity, record, field string
}

// on tells whether the file is linked to a record.
func (l *fileLink) on(it *item) bool { return l.entity == it.entity.Key && l.record == it.id }

func (l *fileLink) changed() bool {
	return l.entity != l.file.Entity || l.record != l.file.Record || l.field != l.file.Field
}

// lookupFiles reads files once per unit; one that does not exist has no link.
func (u *unit) lookupFiles(ctx context.Context, ids []string) error {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { _, known := u.links[id]; return known })
	if u.s.files == nil || len(ids) == 0 {
		return nil
	}
	found, err := u.s.files.Lookup(ctx, ids)
	if err != nil {
		return fmt.Errorf("record: looking up files: %w", err)
	}
	if u.links == nil {
		u.links = make(map[string]*fileLink, len(ids))
	}
	for _, id := range ids {
		u.links[id] = nil
	}
	for _, f := range found {
		u.links[f.ID] = &fileLink{file: f, entity: f.Entity, record: f.Record, field: f.Field}
	}
	return nil
}

// mediaTypes are the media types of those of the files that there are.
func (u *unit) mediaTypes(ctx context.Context, ids []string) ([]string, error) {
	if err := u.lookupFiles(ctx, ids); err != nil {
		return nil, err
	}
	types := make([]string, 0, len(ids))
	for _, id := range ids {
		if l := u.links[id]; l != nil {
			types = append(types, l.file.MediaType)
		}
	}
	return types, nil
}

// linkFile brings the link of a file in line with what a record holds.
func (u *unit) linkFile(it *item, id string) {
	l := u.links[id]
	if l == nil {
		return
	}
	field := ""
	for _, f := range it.entity.Fields {
		if holdsFile(f, it.after, id) && (field == "" || l.on(it) && l.field == f.Key) {
			field = f.Key
		}
	}
	switch {
	case field != "":
		l.entity, l.record, l.field = it.entity.Key, it.id, field
	case l.on(it):
		l.entity, l.record, l.field = "", "", ""
	}
}

// fileOps are the changes of files: one for each, so that no two of them wait
// for the same revision.
func (u *unit) fileOps() ([]store.Op, error) {
	var ops []store.Op
	for _, id := range slices.Sorted(maps.Keys(u.links)) {
		l := u.links[id]
		if l == nil || !l.changed() {
			continue
		}
		var op []store.Op
		var err error
		if l.record == "" {
			op, err = files.UnlinkOps([]files.File{l.file}, u.at)
		} else {
			op, err = files.LinkOps([]files.File{l.file}, l.entity, l.record, l.field)
		}
		if err != nil {
			return nil, fmt.Errorf("record: link of file %s: %w", id, err)
		}
		ops = append(ops, op...)
	}
	return ops, nil
}

// sharesFiles tells whether two units change the link of the same file.
func (u *unit) sharesFiles(other *unit) bool {
	for id, l := range other.links {
		if l != nil && l.changed() && u.links[id] != nil && u.links[id].changed() {
			return true
		}
	}
	return false
}

// joinFiles takes over the links that another unit changes.
func (u *unit) joinFiles(other *unit) {
	for id, l := range other.links {
		if l == nil || !l.changed() {
			continue
		}
		if u.links == nil {
			u.links = map[string]*fileLink{}
		}
		u.links[id] = l
	}
}
