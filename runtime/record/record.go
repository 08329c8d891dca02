// Package record holds the one way in which records change: all callers (form,
// board, API, import, trigger, script) use its Service.
//
// A change is built as a changeset: load, rights, values, defaults, hooks, child
// rows, references, files, running numbers, formulas, roll-ups of parents, the
// conditions of the JSON Schema, stage machines. Then everything is one commit:
// records, history, stage visits, links of files, jobs, the idempotency row, with
// an expectation on each revision that was relied on. When one of them has moved
// on, the changeset is built again on fresh records. Field problems (422) are
// reported all at once and before unmet guards (409).
//
// Values that are computed from a changed record follow in its commit: roll-ups
// of parents, formulas of records that refer to it. Where these are too many, and
// after a publishing, a job in the same commit lets a Recomputer follow.
//
// Rights: a row must be in the scope of update before the change; it may leave
// it, for a caller who may write the deciding field (the owner) may give the
// record away. On create the row as it will be must be in the scope of create.
//
// Running numbers are taken before the commit. Those of refused changes are given
// to later ones; a crash or a commit of unknown outcome leaves a gap.
package record

import (
	"encoding/json"

	"weft/runtime/access"
	"weft/runtime/job"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// Collections that this package owns.
const (
	HistoryCollection       = read.HistoryCollection
	IdempotencyCollection   = "weft_idempotency" // id: <user id>:<key>
	BinCollection           = read.BinCollection
	CounterCollection       = "weft_counter" // auto-numbers
	RecomputationCollection = "weft_renewal" // records to be brought up to date; id: UUIDv7
)

// Call is the actor of a change, its source, and its conditions.
type Call struct {
	Actor *access.Actor
	// Source is what causes the change; "" means SourceAPI.
	Source Source
	// Cause, Depth and Chain follow a chain of effects; unset for what a user does.
	Cause string
	Depth int
	Chain []job.Link
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
