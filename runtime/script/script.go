// Package script runs scripts of the organisation, in JavaScript, in processes
// of their own: the same binary, started as "weft script-runner". The engine
// cannot bound memory, so a process boundary does. A runner has no environment,
// no files and no network, and everything that a script may do outside it asks
// for over its standard input and output (see Host).
//
// A Pool keeps runners and gives each of them one run at a time. Every run
// begins with a fresh state. Values cross as JSON both ways.
package script

import (
	"context"
	"encoding/json"
	"time"

	"weft/runtime/script/transpile"
)

// Host answers what scripts ask of their modules. Its rights bound those of the
// script: the runner is not trusted.
type Host interface {
	// Call answers the function of a module; args is a JSON array. A problem.Error
	// is thrown in the script with its English text, another error ends the run.
	Call(ctx context.Context, module, function string, args json.RawMessage) (Answer, error)
}

// Answer is what a Host gives back.
type Answer struct {
	Value json.RawMessage // nil for undefined
	Rows  int             // records in it
}

// Call is a run of a program for one or several events.
type Call struct {
	Program   *transpile.Program
	Libraries map[string]*transpile.Program
	// Events are the arguments of the exported function, JSON objects. Each one
	// is a run by itself, with a fresh state and limits of its own.
	Events []json.RawMessage
	// Host is asked by the modules; nil refuses everything.
	Host Host
	// User is what the module user shows, a JSON object.
	User json.RawMessage
	// Now is the time that scripts see; it stands still during a run. Seed is that
	// of their random numbers. Equal events, Now and Seed give equal results.
	Now  time.Time
	Seed uint64
	// Zone is the organisation's; nil means UTC.
	Zone   *time.Location
	Limits Limits
	// Background runs leave runners to those that people wait for.
	Background bool
}

// Limits of one run. Zero members mean those of Before.
type Limits struct {
	// CPU is the computing time of the script, Wall the time from its begin to its
	// end with everything that it waits for.
	CPU, Wall time.Duration
	// Memory is in bytes, as are Log and Result.
	Memory int64
	// Calls of record and query, Rows in their answers, Requests of http.
	Calls, Rows, Requests int
	Log, Result           int
}

// Before are the limits of what a person waits for, After those of jobs.
var (
	Before = Limits{
		CPU: 250 * time.Millisecond, Wall: 2 * time.Second, Memory: 64 << 20,
		Calls: 100, Rows: 1000, Requests: 10, Log: 256 << 10, Result: 256 << 10,
	}
	After = Limits{
		CPU: 10 * time.Second, Wall: 60 * time.Second, Memory: 64 << 20,
		Calls: 100, Rows: 1000, Requests: 10, Log: 256 << 10, Result: 256 << 10,
	}
)

// Result is the outcome of one event.
type Result struct {
	// Value is what the function returned, nil for undefined.
	Value json.RawMessage
	// Changes are the members of event.record that the script changed, as JSON;
	// null for those that it removed.
	Changes map[string]json.RawMessage
	// Refusals are what it threw by fail; then there is no Value and no Changes.
	Refusals []Refusal
	// Failure is why it did not come to its end, nil when it did.
	Failure *Failure
	Log     []Line
	// MS is the time it took in milliseconds, CPU the computing time; Memory the
	// bytes that it allocated.
	MS, CPU float64
	Memory  int64
	// Calls of record and query, and of http.
	Calls, Requests int
	// Cause is the error of the host that ended the run, for the server only.
	Cause error
}

// Line is one line of a run's log.
type Line struct {
	Level string `json:"level"` // debug, info, warn, error
	Text  string `json:"text"`
}

// Refusal is one problem that a before-hook reports by fail.
type Refusal struct {
	// Path is a JSON pointer into the record, "" for the whole.
	Path string `json:"path"`
	// Message by language: "zh-CN", "en" or both.
	Message map[string]string `json:"message"`
}
