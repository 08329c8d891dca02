// Package record holds the one way a record is changed: every
// caller (form, board, API, import, trigger, script) goes through the door.
//
// A change is made in a unit: load, may this person, values, defaults, hooks,
// running numbers, child rows, formulas, references, files, rights on the row,
// roll-ups of parents, JSON Schema conditions, stage machine. Then everything
// is one commit: records, history, stage visits, links of files, jobs, the
// idempotency row, with an expectation on each revision that was relied on.
// When one of them no longer holds the unit is made again on fresh records.
// Field problems (422) are told all at once and before unmet guards (409).
//
// What is computed from a changed record follows in its commit: roll-ups of
// parents, formulas of records that refer to it. Where these are too many, and
// after a publishing, a job in the same commit lets a Renewer do it behind.
//
// Rights: a row must lie in the scope of update before the change; it may
// leave it, for who may write the field that decides (the owner) may give the
// record away. On create the row as it will be must lie in the scope of create.
//
// Running numbers are taken before the commit; a refused one leaves a gap.
package record

import (
	"encoding/json"

	"weft/runtime/access"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// Collections that this room owns.
const (
	HistoryCollection       = read.HistoryCollection
	IdempotencyCollection   = "weft_idempotency" // id: <user id>:<key>
	BinCollection           = read.BinCollection
	CounterCollection       = "weft_counter" // auto-numbers
	RecomputationCollection = "weft_renewal" // records to be brought up to date; id: UUIDv7
)

// Call says who asks, through which door, and under which conditions.
type Call struct {
	Actor *access.Actor
	// Source is what causes the change; "" means SourceAPI.
	Source Source
	// Cause and Depth follow a chain of effects; 0 for what a person does.
	Cause string
	Depth int
	// Ops are further operations on the store that the change carries, such as
	// the end of the job that caused it. They are committed with the change, also
	// when no field changed; one that does not apply fails the call with
	// OpConflictError. They serve calls that are one commit, not Bulk or ImportRows.
	Ops []store.Op
	// Key is the Idempotency-Key, "" for none; Digest tells bodies apart.
	Key, Digest string
	// IfMatch is the revision the caller saw, 0 for none.
	IfMatch int64
	// Historical is set by an import with the right import_history: past stages
	// and dates are taken as given, guards do not ask, history is marked.
	Historical bool
	// Import is the id of the import run that causes the change.
	Import string
	// Lang is the caller's language, "zh-CN" (also for "") or "en", for warnings.
	Lang string
}

// Result is the outcome of a change.
type Result struct {
	ID  string
	Rev int64
	// Record is the record after the change in wire form, cut to what the
	// actor may read, as JSON; nil after a delete.
	Record json.RawMessage
	// Warnings are oddities that were accepted, e.g. a wrong check digit.
	Warnings json.RawMessage
	// Replayed says that the answer was kept from an earlier call with the same key.
	Replayed bool
	// Unchanged says that nothing was to be changed; nothing was written.
	Unchanged bool
}
