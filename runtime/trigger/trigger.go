// Package trigger runs triggers: it finds those that listen to a change, starts
// their runs in the commit of the change, and carries the runs out step by step.
//
// A run is a row and a job. Each step is one commit that holds the record
// changes of the step, the progress of the run and, with the last one, the end
// of the job, so that inside the store every step happens exactly once,
// whatever crashes. What reaches outside is done before that commit, at least
// once, with a key by which the receiver knows a repetition.
//
// Runs of one event are carried out one after the other in the order of their
// triggers; a run that waits or fails leaves the row of the others and goes on
// in a job of its own.
package trigger

import (
	"encoding/json"
	"time"

	"weft/runtime/job"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
	"weft/schemas"
)

// Collections that this package owns.
const (
	RunCollection   = "weft_run"           // id: UUID
	StateCollection = "weft_trigger_state" // id: key of the trigger
)

// Collections are the store collections of this package.
func Collections() []store.Collection {
	index := func(sparse bool, field string) store.Index {
		return store.Index{Name: field, Sparse: sparse, Keys: []store.IndexKey{{Path: query.Path{Field: field, Kind: query.Key}}}}
	}
	return []store.Collection{
		{Name: RunCollection, Unwatched: true, Indexes: []store.Index{index(false, "trigger"), index(true, "record"), index(false, "state"), index(true, "waits")}},
		{Name: StateCollection, Unwatched: true},
	}
}

// State is what becomes of a run.
type State string

// The states. A run waits until it begins and in its steps that wait; it is stopped
// by a step, a person, or the limits on loops.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
	Stopped State = "stopped"
	Undone  State = "undone"
)

// Ended tells whether nothing follows by itself.
func (s State) Ended() bool { return s != Waiting && s != Running }

// Run is one execution of a trigger.
type Run struct {
	ID      string `json:"id"`
	Rev     int64  `json:"rev"`
	Trigger string `json:"trigger"`
	// Version is that of the definitions with which the run began, Digest tells
	// the definitions of its trigger apart.
	Version int64  `json:"version"`
	Digest  string `json:"digest"`
	Entity  string `json:"entity,omitempty"`
	Record  string `json:"record,omitempty"`
	State   State  `json:"state"`
	// Cause is the run or script call whose change started this one, "" for a person's;
	// Chain leads from the first cause to here. Depth is how long it is.
	Cause string     `json:"cause,omitempty"`
	Depth int        `json:"depth"`
	Chain []job.Link `json:"chain,omitempty"`
	// By is the person who caused the first change; the run acts as As, a role, or as By.
	By    string            `json:"by,omitempty"`
	As    string            `json:"as,omitempty"`
	Event schemas.EventName `json:"event"`
	At    time.Time         `json:"at"`
	// Fields are those whose change was the event.
	Fields []string `json:"fields,omitempty"`
	// Old are fields of the record before the event, in stored form: those that the
	// trigger reads, all of a deleted record.
	Old   document `json:"old,omitempty"`
	Input any      `json:"input,omitempty"`

	StartedAt *time.Time `json:"started_at,omitempty"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	Steps     []StepRun  `json:"steps,omitempty"`
	Error     *Failure   `json:"error,omitempty"`
	// Job is the job that carries the run out.
	Job string `json:"job,omitempty"`
	// Position is where the run is: the list of steps of the trigger, then of the
	// branch or each that it is in.
	Position []Frame `json:"position,omitempty"`
	// Step is the key of the step at which the run waits or has failed.
	Step string `json:"step,omitempty"`
	// Waits is the record whose event the run waits for, Resume when it goes on
	// without one.
	Waits  string     `json:"waits,omitempty"`
	Resume *time.Time `json:"resume,omitempty"`
	// Attempts counts failed attempts at the present step.
	Attempts int    `json:"attempts,omitempty"`
	Incident string `json:"incident,omitempty"`
}

// StepRun is how a step went.
type StepRun struct {
	Key    string           `json:"key"`
	Type   schemas.StepType `json:"type"`
	State  StepState        `json:"state"`
	At     time.Time        `json:"at"`
	MS     int64            `json:"ms"`
	Record string           `json:"record,omitempty"` // in an each
	Input  any              `json:"input,omitempty"`
	Result any              `json:"result,omitempty"`
	Error  *Failure         `json:"error,omitempty"`
}

// StepState is what became of a step.
type StepState string

// The states of steps.
const (
	StepDone    StepState = "done"
	StepFailed  StepState = "failed"
	StepWaiting StepState = "waiting"
)

// Failure is why a step or a run failed, for people in both languages.
type Failure struct {
	Code    problem.Code  `json:"code"`
	Message schemas.Title `json:"message"`
	Fields  []FieldError  `json:"errors,omitempty"`
}

// FieldError is one problem of a Failure.
type FieldError struct {
	Path    string        `json:"path"`
	Code    string        `json:"code"`
	Message schemas.Title `json:"message"`
}

// Frame is a place in a list of steps.
type Frame struct {
	// Step is the key of the branch or each that holds the list, "" for the
	// trigger; List its name there, see model.Trigger.StepList.
	Step string `json:"step,omitempty"`
	List string `json:"list,omitempty"`
	Next int    `json:"next"`
	// Record is the record of an each that its steps are about, Loop how far the each is.
	Record string `json:"record,omitempty"`
	Loop   *Loop  `json:"loop,omitempty"`
	// Batch is how far the present step is, when it writes many records.
	Batch *Loop `json:"batch,omitempty"`
}

// Loop bounds the records that something has before it: it began with those up to
// Last and has come to After. Count is how many it was about, Failures how many
// of them were refused when the trigger continues after errors.
type Loop struct {
	After    string `json:"after,omitempty"`
	Last     string `json:"last,omitempty"`
	Count    int    `json:"count"`
	Failures int    `json:"failures,omitempty"`
}

// document is a record, or fields of it, in stored form.
type document map[string]any

// UnmarshalJSON reads numbers as float64, as stored forms have them.
func (d *document) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, (*map[string]any)(d))
}

var runs = table.New(RunCollection, func(r *Run) (*string, *int64) { return &r.ID, &r.Rev })

// failureOf keeps an error.
func failureOf(err error) *Failure {
	p := problem.As(err)
	if p == nil {
		p = problem.Wrap(problem.Internal, err)
	}
	f := &Failure{Code: p.Code, Message: schemas.Title{ZhCN: p.Detail("zh-CN"), En: p.Detail("en")}}
	for _, field := range p.Fields {
		f.Fields = append(f.Fields, FieldError{field.Path, field.Code, schemas.Title{ZhCN: field.Message("zh-CN"), En: field.Message("en")}})
	}
	return f
}
