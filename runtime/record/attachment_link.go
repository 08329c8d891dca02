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
// it will be linked after the changeset; "" when no record holds it any more. A file
// is linked once, however many fields of its record hold it.
type fileLink struct {
	file                  files.File
	entity, record, field string
}

// fileLinks are the files that a changeset looked up, and the records to which
// they will be linked.
type fileLinks struct {
	*snapshot
	*problemList
	links map[string]*fileLink // by id of the file; nil for one that does not exist
}

// isLinkedTo tells whether the file is linked to a record.
func (l *fileLink) isLinkedTo(ch *change) bool { return l.entity == ch.entity.Key && l.record == ch.id }

func (l *fileLink) changed() bool {
	return l.entity != l.file.Entity || l.record != l.file.Record || l.field != l.file.Field
}

// lookupFiles reads files once per changeset; one that does not exist has no link.
func (fl *fileLinks) lookupFiles(ctx context.Context, ids []string) error {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { _, known := fl.links[id]; return known })
	if fl.s.files == nil || len(ids) == 0 {
		return nil
	}
	found, err := fl.s.files.Lookup(ctx, ids)
	if err != nil {
		return fmt.Errorf("record: looking up files: %w", err)
	}
	if fl.links == nil {
		fl.links = make(map[string]*fileLink, len(ids))
	}
	for _, id := range ids {
		fl.links[id] = nil
	}
	for _, f := range found {
		fl.links[f.ID] = &fileLink{file: f, entity: f.Entity, record: f.Record, field: f.Field}
	}
	return nil
}

// mediaTypes are the media types of those of the files that there are.
func (fl *fileLinks) mediaTypes(ctx context.Context, ids []string) ([]string, error) {
	if err := fl.lookupFiles(ctx, ids); err != nil {
		return nil, err
	}
	types := make([]string, 0, len(ids))
	for _, id := range ids {
		if l := fl.links[id]; l != nil {
			types = append(types, l.file.MediaType)
		}
	}
	return types, nil
}

// linkFile brings the link of a file in line with what a record holds.
func (fl *fileLinks) linkFile(ch *change, id string) {
	l := fl.links[id]
	if l == nil {
		return
	}
	field := ""
	for _, f := range ch.entity.Fields {
		if holdsFile(f, ch.after, id) && (field == "" || l.isLinkedTo(ch) && l.field == f.Key) {
			field = f.Key
		}
	}
	switch {
	case field != "":
		l.entity, l.record, l.field = ch.entity.Key, ch.id, field
	case l.isLinkedTo(ch):
		l.entity, l.record, l.field = "", "", ""
	}
}

// fileOps are the changes of files: one for each, so that no two of them wait
// for the same revision.
func (fl *fileLinks) fileOps() ([]store.Op, error) {
	var ops []store.Op
	for _, id := range slices.Sorted(maps.Keys(fl.links)) {
		l := fl.links[id]
		if l == nil || !l.changed() {
			continue
		}
		var op []store.Op
		var err error
		if l.record == "" {
			op, err = files.UnlinkOps([]files.File{l.file}, fl.at)
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

// sharesFiles tells whether two changesets change the link of the same file.
func (fl *fileLinks) sharesFiles(other *fileLinks) bool {
	for id, l := range other.links {
		if l != nil && l.changed() && fl.links[id] != nil && fl.links[id].changed() {
			return true
		}
	}
	return false
}

// joinLinks takes over the links that another changeset changes.
func (fl *fileLinks) joinLinks(other *fileLinks) {
	for id, l := range other.links {
		if l == nil || !l.changed() {
			continue
		}
		if fl.links == nil {
			fl.links = map[string]*fileLink{}
		}
		fl.links[id] = l
	}
}
