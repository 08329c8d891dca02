package api

import (
	"maps"
	"reflect"

	"weft/runtime/assign"
	"weft/schemas"
)

func init() {
	maps.Copy(docs, map[string]doc{
		"record.assign": {Operation: schemas.OpUpdate, Summary: "Give a record its owner by an assignment rule, or say who would get it", Body: "AssignRequest", IfMatch: true,
			Answers: ok("AssignAnswer")},
		"record.claim": {Operation: schemas.OpClaim, Summary: "Take a record that nobody owns", Body: "Anything", BodyOptional: true, IfMatch: true, Idempotent: true, Answers: tagged("200", ".")},
		"record.assignments": {Summary: "Who was assigned a record and why, newest first", Query: []queryParameter{{"cursor", "Where the last page ended", textParameter}},
			Refusals: []int{422}, Answers: ok("AssignmentTraces")},
		"assignment.reasons": {Summary: "The most frequent reasons of failed and overridden assignments", Tag: "assignment", Query: []queryParameter{
			{"entity", "Of records of this entity", textParameter}, {"rule", "By this rule", textParameter},
			{"from", "From this day or moment on", textParameter}, {"to", "Up to this day or moment", textParameter},
			{"limit", "How many reasons; 5 without it", object{"type": "integer", "minimum": 1, "maximum": 1000}},
		}, Refusals: []int{422}, Answers: ok("AssignmentReasons")},
	})
}

// assignmentSchemas are the schemas of decisions and their traces.
func assignmentSchemas(types *typeSchemas) object {
	reason := closedObject([]string{"code", "message"}, object{"code": anyText, "message": titleShape})
	candidate := openObject([]string{"user", "total", "factors"}, object{
		"user": anyText, "name": anyText, "total": object{"type": "number"}, "skipped": reason, "open": anyInt, "last_at": timeText,
		"factors": listOf(openObject([]string{"key", "weight", "score", "why"}, object{
			"key": anyText, "weight": object{"type": "number"}, "score": object{"type": "number", "minimum": 0, "maximum": 1}, "why": titleShape,
		})),
	})
	more := object{"type": "object", "additionalProperties": anyInt}
	return object{
		"RuleTrial":     closedObject([]string{"id"}, object{"key": anyText, "definition": anyThing, "entity": anyText, "id": anyText}),
		"AssignRequest": closedObject([]string{"rule"}, object{"rule": anyText, "dry_run": anyBool}),
		"AssignAnswer": openObject([]string{"rule", "outcome", "winner", "candidates"}, object{
			"id": anyText, "rule": anyText, "outcome": object{"type": "string", "enum": []string{assign.Assigned, assign.Kept, assign.Nobody}},
			"winner": object{"type": []string{"string", "null"}}, "reason": reason, "candidates": listOf(ref("AssignCandidate")), "more": more,
		}),
		"AssignCandidate": candidate,
		"AssignmentTraces": closedObject([]string{"items"}, object{"cursor": anyText, "items": listOf(openObject([]string{"id", "candidates"}, object{
			"id": anyText, "candidates": listOf(ref("AssignCandidate")), "message": titleShape, "more": more,
		}))}),
		"AssignmentReasons": types.members(reflect.TypeFor[reasonsAnswer]()),
	}
}
