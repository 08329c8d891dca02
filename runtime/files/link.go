package files

import (
	"time"

	"weft/runtime/store"
)

// LinkOps are the changes that make a record refer to files, to be committed
// with the record. When a file was linked or swept meanwhile, that commit fails
// with a conflict.
func LinkOps(found []File, entity, record, field string) ([]store.Op, error) {
	return changeOps(found, func(f *File) {
		f.Entity, f.Record, f.Field, f.UnlinkedSince = entity, record, field, time.Time{}
	})
}

// UnlinkOps are the changes that release files at the time given: they are
// swept a day later, unless a record refers to them again.
func UnlinkOps(found []File, at time.Time) ([]store.Op, error) {
	return changeOps(found, func(f *File) {
		f.Entity, f.Record, f.Field, f.UnlinkedSince = "", "", "", at
	})
}

func changeOps(found []File, change func(*File)) ([]store.Op, error) {
	list := make([]store.Op, 0, len(found))
	for _, f := range found {
		change(&f)
		op, err := fileTable.Put(f)
		if err != nil {
			return nil, err
		}
		list = append(list, op)
	}
	return list, nil
}
