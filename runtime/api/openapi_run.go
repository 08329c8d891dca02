package api

import (
	"maps"
	"reflect"

	"weft/runtime/trigger"
)

func init() {
	maps.Copy(docs, map[string]doc{
		"run.list": {Summary: "Runs of triggers, newest first", Tag: "run", Query: []queryParameter{
			{"trigger", "Key of the trigger", textParameter}, {"entity", "Entity of the record", textParameter}, {"id", "The record", textParameter},
			{"state", "waiting, running, done, failed, stopped or undone", textParameter}, {"cursor", "Where the last page ended", textParameter},
		}, Refusals: []int{422}, Answers: ok("Runs")},
		"run.get":    {Summary: "One run, step by step", Tag: "run", Answers: ok("Run")},
		"run.retry":  {Summary: "Let a run go on that failed or was stopped", Tag: "run", Body: "RunRetry", BodyOptional: true, Idempotent: true, Answers: ok("Run")},
		"run.cancel": {Summary: "Stop a run", Tag: "run", Body: "Anything", BodyOptional: true, Idempotent: true, Answers: ok("Run")},
		"run.undo": {Summary: "Take back what a run has changed", Tag: "run", Body: "RunUndo", BodyOptional: true, Idempotent: true,
			Answers: ok("RunUndone")},
		"trigger.try":    {Summary: "What a trigger would do about a record", Tag: "run", Body: "TriggerTrial", Answers: ok("TriggerTrialAnswer")},
		"trigger.replay": {Summary: "What a trigger would have done in the past, beside what was done", Tag: "run", Body: "TriggerReplay", Answers: ok("TriggerReplayAnswer")},
		"button.press": {Summary: "Press a button of a record", Tag: "run", Body: "ButtonValues", BodyOptional: true, Idempotent: true,
			Answers: map[string]answer{"202": {Schema: "ButtonPressed"}}},
	})
}

// runSchemas are the schemas of runs and buttons.
func runSchemas(types *typeSchemas) object {
	return object{
		"Run":          types.members(reflect.TypeFor[trigger.View]()),
		"Runs":         types.members(reflect.TypeFor[trigger.Page]()),
		"RunRetry":     closedObject(nil, object{"from": anyText}),
		"RunUndo":      closedObject(nil, object{"dry_run": object{"type": "boolean"}}),
		"RunUndone":    types.members(reflect.TypeFor[trigger.UndoAnswer]()),
		"TriggerTrial": closedObject(nil, object{"definition": object{"type": "object"}, "key": anyText, "entity": anyText, "id": anyText}),
		"TriggerReplay": closedObject(nil, object{
			"definition": object{"type": "object"}, "key": anyText, "from": object{"type": "string", "format": "date-time"},
			"to": object{"type": "string", "format": "date-time"}, "limit": object{"type": "integer", "minimum": 0},
		}),
		"TriggerTrialAnswer":  types.members(reflect.TypeFor[trigger.TrialAnswer]()),
		"TriggerReplayAnswer": types.members(reflect.TypeFor[trigger.ReplayAnswer]()),
		"ButtonValues":        closedObject(nil, object{"values": object{"type": "object", "additionalProperties": true}}),
		"ButtonPressed":       types.members(reflect.TypeFor[buttonAnswer]()),
	}
}
