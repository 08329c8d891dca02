package schemas

import "encoding/json"

// StepType names a type of step.
type StepType string

// The types of steps.
const (
	StepSet     StepType = "set"
	StepCreate  StepType = "create"
	StepUpdate  StepType = "update"
	StepDelete  StepType = "delete"
	StepMove    StepType = "move"
	StepAssign  StepType = "assign"
	StepTask    StepType = "task"
	StepNotify  StepType = "notify"
	StepCall    StepType = "call"
	StepScript  StepType = "script"
	StepWait    StepType = "wait"
	StepWaitFor StepType = "wait_for"
	StepBranch  StepType = "branch"
	StepEach    StepType = "each"
	StepApprove StepType = "approve"
	StepStop    StepType = "stop"
)

// Step is one action of a trigger, about the record of the run (in each: about
// each record that it finds).
//
//	set:      give Values to the record
//	create:   make a record of Entity with Values
//	update:   give Values to records of Entity (its own, without) that match Where, or that IDs name
//	delete:   move the record to the bin, or records of Entity that match Where or that IDs name
//	move:     to the stage To, with Values and Reason
//	assign:   the owner by the assignment rule Rule
//	task:     a task Title for each of To, due at Due; one that Must be done is closed only
//	          while the record matches Where
//	notify:   Text to each of To, over Channels (in the app, without)
//	call:     Method URL with Headers and Body, by the guarded client
//	script:   the function of Script
//	wait:     For that long, or Until a date or time
//	wait_for: Event of the record that matches Where, for Timeout at most
//	branch:   the steps of the first of Cases whose Where holds, else Else
//	each:     Steps for each record of Entity that matches Where
//	approve:  by Approval
//	stop:     ends the run
//
// A value is a constant in wire form, null to clear, one of the words of a default
// ({"me":true}, {"now":"+2h"}, {"today":"+30d"}), or
//
//	{"field":"owner"}        of the record now, also across one reference
//	{"old":"stage"}          as it was before the event
//	{"formula":"…"}          an expression, which may read old.… too
//	{"text":{"zh-CN":"… {name} …","en":"…"}}
//	{"result":"step.member"} of an earlier step
//	{"input":"member"}       of the webhook's body
//
// Values in filters of a step may be {"field"}, {"old"}, {"result"} and {"input"}, too.
type Step struct {
	Key    string                     `json:"key"`
	Type   StepType                   `json:"type"`
	Values map[string]json.RawMessage `json:"values,omitempty"`
	Entity string                     `json:"entity,omitempty"`
	Where  json.RawMessage            `json:"where,omitempty"`
	IDs    []json.RawMessage          `json:"ids,omitempty"`
	// To is a stage (move), or people (task, notify): user fields, also across
	// one reference, roles, logins, or values; one or a list of them.
	To     json.RawMessage `json:"to,omitempty"`
	Reason json.RawMessage `json:"reason,omitempty"`
	Rule   string          `json:"rule,omitempty"`
	Title  *Title          `json:"title,omitempty"`
	// Due is a duration from now ("2h", "3d", "2wd") or a value.
	Due      json.RawMessage            `json:"due,omitempty"`
	Must     bool                       `json:"must,omitempty"`
	Text     *Title                     `json:"text,omitempty"`
	Channels []string                   `json:"channels,omitempty"`
	URL      json.RawMessage            `json:"url,omitempty"` // a text with {field}, or a value
	Method   string                     `json:"method,omitempty"`
	Headers  map[string]json.RawMessage `json:"headers,omitempty"`
	// Body is any JSON; objects in it that are values are replaced.
	Body   json.RawMessage `json:"body,omitempty"`
	Script string          `json:"script,omitempty"`
	For    string          `json:"for,omitempty"`
	Until  json.RawMessage `json:"until,omitempty"`
	// Event is the name of an event of the record, or an event with its members.
	Event    json.RawMessage `json:"event,omitempty"`
	Timeout  string          `json:"timeout,omitempty"`
	Cases    []StepCase      `json:"cases,omitempty"`
	Else     []Step          `json:"else,omitempty"`
	Steps    []Step          `json:"steps,omitempty"`
	Approval string          `json:"approval,omitempty"`
}

// StepCase is one way of a branch.
type StepCase struct {
	Where json.RawMessage `json:"where"`
	Steps []Step          `json:"steps"`
}
