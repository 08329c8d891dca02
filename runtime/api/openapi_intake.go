package api

import (
	"maps"
	"reflect"

	"weft/runtime/intake"
)

func init() {
	maps.Copy(docs, map[string]doc{
		"link.list":   {Summary: "Links to a public form", Tag: "form", Answers: ok("FormLinks")},
		"link.create": {Summary: "Make a link to a public form", Tag: "form", Body: "NewFormLink", Answers: made("FormLink")},
		"link.delete": {Summary: "End a link to a public form", Tag: "form", Answers: none()},
		"public_form.get": {Summary: "A public form, for people without a login", Tag: "form", Refusals: []int{404},
			Answers: ok("PublicForm")},
		"public_form.submit": {Summary: "Send a public form", Tag: "form", Body: "Submission", Idempotent: true, Refusals: []int{404, 409, 429},
			Answers: map[string]answer{"201": {Schema: "Receipt"}, "202": {Schema: "Receipt"}}},
		"webhook.call": {Summary: "An inbound webhook: what is sent is kept, and triggers start", Tag: "form", Body: "Anything", BodyTypes: []string{"application/json", "application/x-www-form-urlencoded"},
			Idempotent: true, Refusals: []int{404, 409, 429}, Answers: map[string]answer{"202": {Schema: "Receipt"}}},
		"payload.list": {Summary: "What was sent from outside, as it arrived", Tag: "form", Query: []queryParameter{
			{"form", "Key of the form", textParameter}, {"state", "received, done or refused", textParameter}, {"cursor", "Where the last page ended", textParameter},
		}, Refusals: []int{422}, Answers: ok("Payloads")},
		"payload.replay":      {Summary: "Make the record of a refused payload after all", Tag: "form", Body: "Anything", BodyOptional: true, Answers: ok("Payload")},
		"public_form.options": {Summary: "Which other web sites may send the form", Tag: "form", Refusals: []int{404}, Answers: none()},
	})
}

// intakeSchemas are the schemas of links and public forms.
func intakeSchemas(types *typeSchemas) object {
	anyValues := object{"type": "object", "additionalProperties": true}
	return object{
		"FormLink":    types.members(reflect.TypeFor[linkItem]()),
		"FormLinks":   closedObject([]string{"items"}, object{"items": listOf(ref("FormLink"))}),
		"NewFormLink": closedObject(nil, object{"prefill": anyValues, "expires_at": anyText}),
		"Payload":     types.members(reflect.TypeFor[intake.Payload]()),
		"Payloads":    types.members(reflect.TypeFor[payloadPageAnswer]()),
		"PublicForm":  types.members(reflect.TypeFor[publicFormAnswer]()),
		"Submission":  closedObject([]string{"values"}, object{"values": anyValues}),
		"Receipt":     closedObject([]string{"number"}, object{"number": anyText, "thanks": ref("Title")}),
	}
}
