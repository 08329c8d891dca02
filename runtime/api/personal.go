package api

import (
	"encoding/json"
	"maps"
	"net/http"

	"weft/runtime/personal"
	"weft/runtime/problem"
)

func personalRoutes() []Route {
	const (
		preference = basePath + "/preferences/{key}"
		draft      = basePath + "/drafts/{entity}/{id}"
	)
	return []Route{
		{Name: "preference.get", Method: "GET", Path: preference, Policy: SignedIn, handle: getPreference},
		{Name: "preference.set", Method: "PUT", Path: preference, Policy: SignedIn, handle: setPreference},
		{Name: "draft.get", Method: "GET", Path: draft, Policy: SignedIn, handle: getRecordDraft},
		{Name: "draft.save", Method: "POST", Path: draft, Policy: SignedIn, Idempotent: true, handle: saveRecordDraft},
		{Name: "draft.delete", Method: "DELETE", Path: draft, Policy: SignedIn, handle: deleteRecordDraft},
	}
}

// preferenceAnswer is a preference as the API shows it.
type preferenceAnswer struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
	At    string          `json:"at"`
}

func getPreference(rc *requestContext) error {
	p, err := rc.s.o.Personal.Preference(rc.ctx, rc.actor, rc.vars()["key"])
	if err != nil {
		return err
	}
	if p == nil {
		return rc.empty()
	}
	return rc.json(http.StatusOK, preferenceAnswer{p.Key, p.Value, p.At})
}

func setPreference(rc *requestContext) error {
	var in struct {
		Value json.RawMessage `json:"value"`
	}
	if _, err := rc.decode(&in); err != nil {
		return err
	}
	if in.Value == nil {
		return problem.Of(problem.Invalid, problem.At("/value", "required"))
	}
	p, err := rc.s.o.Personal.SetPreference(rc.ctx, rc.actor, rc.vars()["key"], in.Value)
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, preferenceAnswer{p.Key, p.Value, p.At})
}

// draftAnswer is the draft of a record as the API shows it.
type draftAnswer struct {
	personal.DraftValues
	At string `json:"at"`
}

func getRecordDraft(rc *requestContext) error {
	v := rc.vars()
	d, err := rc.s.o.Personal.Draft(rc.ctx, rc.actor, v["entity"], v["id"])
	if err != nil {
		return err
	}
	if d == nil {
		return rc.empty()
	}
	return rc.json(http.StatusOK, draftAnswer{d.DraftValues, d.At})
}

func saveRecordDraft(rc *requestContext) error {
	var in personal.DraftValues
	if _, err := rc.decode(&in); err != nil {
		return err
	}
	v := rc.vars()
	d, err := rc.s.o.Personal.SaveDraft(rc.ctx, rc.actor, v["entity"], v["id"], in)
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, draftAnswer{d.DraftValues, d.At})
}

func deleteRecordDraft(rc *requestContext) error {
	v := rc.vars()
	return rc.done(rc.s.o.Personal.DeleteDraft(rc.ctx, rc.actor, v["entity"], v["id"]))
}

func init() {
	maps.Copy(docs, map[string]doc{
		"preference.get": {Summary: "A preference of the caller", Tag: "personal", Answers: okOrUnset("Preference")},
		"preference.set": {Summary: "Set a preference of the caller; null takes it away", Tag: "personal", Body: "PreferenceValue", Answers: ok("Preference")},
		"draft.get":      {Summary: "The caller's draft of a record; of a new one under the id new", Answers: okOrUnset("RecordDraft")},
		"draft.save":     {Summary: "Keep a draft of a record, which may be incomplete", Body: "RecordDraftValues", Answers: ok("RecordDraft")},
		"draft.delete":   {Summary: "Delete the caller's draft of a record", Answers: none()},
	})
}

func personalSchemas() object {
	values := object{"type": "object", "additionalProperties": true}
	return object{
		"Preference":        closedObject([]string{"key", "value", "at"}, object{"key": anyText, "value": object{}, "at": anyText}),
		"PreferenceValue":   closedObject([]string{"value"}, object{"value": object{}}),
		"RecordDraft":       closedObject([]string{"values", "at"}, object{"values": values, "revision": anyInt, "at": anyText}),
		"RecordDraftValues": closedObject([]string{"values"}, object{"values": values, "revision": anyInt}),
	}
}

// okOrUnset is an answer with a value, or with nothing while none is kept.
func okOrUnset(schema string) map[string]answer {
	return map[string]answer{"200": {Schema: schema}, "204": {}}
}
