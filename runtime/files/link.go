package files

import (
	"time"

	"weft/runtime/store"
)

// LinkOps are the changes that make a record refer to files; the door commits
// them with the record. A file that was linked or swept meanwhile fails that
// commit with a conflict.
func LinkOps(found []File, entity, record, field string) ([]store.Op, error) {
	return ops(found, func(f *File) {
		f.Entity, f.Record, f.Field, f.UnlinkedSince = entity, record, field, time.Time{}
	})
}

// UnlinkOps are the changes that let files go at the time given: they are
// swept a day later, unless a record refers to them again.
func UnlinkOps(found []File, at time.Time) ([]store.Op, error) {
	return ops(found, func(f *File) {
		f.Entity, f.Record, f.Field, f.UnlinkedSince = "", "", "", at
	})
}

func ops(found []File, change func(*File)) ([]store.Op, error) {
	list := make([]store.Op, 0, len(found))
	for _, f := range found {
		old := f.Rev
		change(&f)
		f.Rev++
		doc, err := encode(f)
		if err != nil {
			return nil, err
		}
		list = append(list, store.Op{Kind: store.Replace, Collection: Collection, Doc: doc, OldRev: old})
	}
	return list, nil
}
