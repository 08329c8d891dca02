// Package job is a durable queue: work that is inserted in the commit of what
// causes it, and done later by some process. A job is claimed by one process at a
// time; its end is an operation that the work commits together with its own
// changes, so that inside the store everything happens exactly once. A timer is a
// job with a due time.
//
// Which process works on a job is guarded twice. A process holds a lease for all
// of its jobs (package lease: no clocks are compared); when the lease runs out
// another process gives the jobs back. And each claim has a revision: a process
// that comes back late cannot end, move or repeat a job that was given to another.
package job

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// Collection holds the jobs; the id is that of the job.
const Collection = "weft_job"

// State says how a job stands. Jobs that are done are gone.
type State string

// The states.
const (
	Waiting State = "waiting" // until it is due, or until somebody has time
	Running State = "running"
	Failed  State = "failed" // after too many attempts; it can be retried
)

// Link is one cause in the chain that led to a job: a trigger or script that ran
// for a record.
type Link struct {
	Kind   string `json:"kind"` // trigger, script
	Key    string `json:"key"`
	Entity string `json:"entity,omitempty"`
	Record string `json:"record,omitempty"`
	Run    string `json:"run,omitempty"`
	// Fields are those whose change started the trigger or script; By is the person
	// who caused it, "" for nobody.
	Fields []string `json:"fields,omitempty"`
	By     string   `json:"by,omitempty"`
}

// New is a job to be inserted.
type New struct {
	Kind string
	// ID makes the insertion unique; "" draws a UUIDv7.
	ID  string
	Due time.Time // the zero time is now
	// Priority is High, Normal or Low.
	Priority Priority
	Payload  any
	Cause    string
	Depth    int
	Chain    []Link
}

// Priority decides between jobs that are due.
type Priority int

// The priorities.
const (
	Low    Priority = -1
	Normal Priority = 0
	High   Priority = 1
)

var priorities = []Priority{High, Normal, Low}

// Job is a job as it is stored. Times are instants in stored form.
type Job struct {
	ID       string          `json:"id"`
	Rev      int64           `json:"rev"`
	Kind     string          `json:"kind"`
	State    State           `json:"state"`
	Priority Priority        `json:"priority"`
	Due      string          `json:"due"`
	Payload  json.RawMessage `json:"payload,omitempty"`
	Cause    string          `json:"cause,omitempty"`
	Depth    int             `json:"depth,omitempty"`
	Chain    []Link          `json:"chain,omitempty"`
	Attempts int             `json:"attempts"`
	Error    string          `json:"error,omitempty"` // of the last attempt
	// Node is the queue that runs the job.
	Node      string `json:"node,omitempty"`
	CreatedAt string `json:"created_at"`
}

var jobs = table.New(Collection, func(j *Job) (*string, *int64) { return &j.ID, &j.Rev })

var (
	pathState    = query.Path{Field: "state", Kind: query.Key}
	pathKind     = query.Path{Field: "kind", Kind: query.Key}
	pathNode     = query.Path{Field: "node", Kind: query.Key}
	pathPriority = query.Path{Field: "priority", Kind: query.Number}
	pathDue      = query.Path{Field: "due", Kind: query.Instant}
)

// Collections lists the collections of this package.
func Collections() []store.Collection {
	return []store.Collection{{
		Name: Collection, Unwatched: true,
		Kinds: map[string]query.Kind{"due": query.Instant},
		Indexes: []store.Index{
			{Name: "due", Keys: []store.IndexKey{{Path: pathState}, {Path: pathPriority}, {Path: pathDue}}},
			{Name: "kind", Keys: []store.IndexKey{{Path: pathKind}, {Path: pathState}, {Path: pathDue}}},
			{Name: "node", Keys: []store.IndexKey{{Path: pathNode}}},
		},
	}}
}

// InsertOp is the operation that inserts a job; it belongs into the commit of what
// causes the job. at is the present time. It fails when the payload is no JSON.
func InsertOp(n New, at time.Time) (store.Op, error) {
	payload, err := json.Marshal(n.Payload)
	if err != nil {
		return store.Op{}, fmt.Errorf("job: payload of %s: %w", n.Kind, err)
	}
	if n.ID == "" {
		n.ID = uuid.Must(uuid.NewV7()).String()
	}
	if n.Due.IsZero() {
		n.Due = at
	}
	return jobs.Put(Job{
		ID: n.ID, Kind: n.Kind, State: Waiting, Priority: n.Priority, Due: query.FormatInstant(n.Due), Payload: payload,
		Cause: n.Cause, Depth: n.Depth, Chain: n.Chain, CreatedAt: query.FormatInstant(at),
	})
}

// DeleteOp is the operation that takes a job away whatever its state, when its
// reason is gone; a job that does not exist is no error.
func DeleteOp(id string) store.Op { return table.Delete(Collection, id) }

// DueAt is when the job is due.
func (j *Job) DueAt() time.Time {
	t, err := query.ParseInstant(j.Due)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Decode reads the payload. Numbers in members of type any become json.Number.
func (j *Job) Decode(into any) error {
	dec := json.NewDecoder(bytes.NewReader(j.Payload))
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("job: payload of %s: %w", j.ID, err)
	}
	return nil
}

// Claimed is a job that this process runs.
type Claimed struct {
	Job
	ended bool // an operation that ends the claim was handed out
}

// DoneOp is the operation that ends the job, to be committed with its work. It
// conflicts when the job was given to another process or cancelled meanwhile.
func (c *Claimed) DoneOp() store.Op {
	c.ended = true
	return jobs.Delete(c.Job)
}

// RescheduleOp is the operation that makes the job wait until due with another
// payload, to be committed with what was done so far. Attempts start anew. It
// conflicts as DoneOp does.
func (c *Claimed) RescheduleOp(due time.Time, payload any) (store.Op, error) {
	raw, err := json.Marshal(payload)
	if err != nil {
		return store.Op{}, fmt.Errorf("job: payload of %s: %w", c.ID, err)
	}
	c.ended = true
	next := c.Job
	next.State, next.Node, next.Attempts, next.Error = Waiting, "", 0, ""
	next.Due, next.Payload = query.FormatInstant(due), raw
	return jobs.Put(next)
}
