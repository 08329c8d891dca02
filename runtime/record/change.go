package record

import "weft/runtime/model"

// change is one record of a changeset: as it was and as it will be.
type change struct {
	entity *model.Entity
	id     string
	op     string // opCreate …; "" while it is only loaded
	// before is the record in the store, after the record as it will be; both
	// in stored form with system fields. before is nil on create and restore,
	// after nil on delete.
	before, after map[string]any
	rev           int64 // in the store, 0 for none
	// path is that of the record in the caller's input; nested records are given
	// as child rows of another one.
	path   string
	nested bool
	// direct changes are written by the caller: rights, hooks and guards apply.
	direct bool
	// touched changes are written even when no field changed, so that their
	// revision guards what was computed from their children.
	touched bool
	// rederived changes are written again for new sort keys and search
	// tokens, under the revision that they have.
	rederived bool
	// byRule changes write the values of a rule, whatever fields the caller may write.
	byRule bool
	// given are the fields that the caller wrote.
	given map[string]bool
	// rowsBefore and rowsAfter are child row ids by field, where a set changed.
	rowsBefore, rowsAfter map[string][]any
	comment               string
	moves                 []stageMove
	visits                []map[string]any   // stage visits of a historical import
	removedVisits         []storedVisit      // removed with the record
	binRev                int64              // restore: revision of the row in the bin
	binVisits             []any              // restore: visits that come back
	beforeRestore         map[string]any     // restore: lists of files before lost ones were left out
	deletion              string             // shared by the records that are deleted together
	cleared               []clearedReference // delete: references of others that were emptied
	// movedByMerge are references that follow a record into the one it is merged into.
	movedByMerge []string
	mergedInto   string
	merged       []string
	changed      []*model.Field // found by diff
}

// The operations of a Change.
const (
	opCreate  = "create"
	opUpdate  = "update"
	opDelete  = "delete"
	opRestore = "restore"
)
