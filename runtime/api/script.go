package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"reflect"

	"weft/runtime/hook"
	"weft/runtime/problem"
)

func init() {
	maps.Copy(docs, map[string]doc{
		"script.try": {Summary: "What a script would do about a record", Tag: "run", Body: "ScriptTrial", Answers: ok("ScriptTrialAnswer")},
	})
}

// scriptSchemas are the schemas of trials of scripts.
func scriptSchemas(types *typeSchemas) object {
	return object{
		"ScriptTrial": closedObject(nil, object{
			"definition": object{"type": "object"}, "key": anyText, "event": anyText, "entity": anyText, "id": anyText,
			"values": object{"type": "object", "additionalProperties": true},
		}),
		"ScriptTrialAnswer": types.members(reflect.TypeFor[hook.TrialAnswer]()),
	}
}

func tryScript(rc *requestContext) error {
	var in struct {
		Definition json.RawMessage `json:"definition"`
		Key        string          `json:"key"`
		Event      string          `json:"event"`
		Entity     string          `json:"entity"`
		ID         string          `json:"id"`
		Values     map[string]any  `json:"values"`
	}
	if _, err := rc.decode(&in); err != nil {
		return err
	}
	if (len(in.Definition) == 0) == (in.Key == "") {
		return problem.Of(problem.Invalid, problem.At("/definition", "definition_or_key"))
	}
	if _, ok := rc.s.o.Current.Model().Entity(in.Entity); !ok && in.Entity != "" {
		return problem.New(problem.NotFound, "no_such_entity", map[string]any{"entity": in.Entity})
	}
	answer, err := rc.s.o.Scripts.Try(rc.ctx, rc.actor, hook.Trial{
		Definition: in.Definition, Key: in.Key, Event: in.Event, Entity: in.Entity, ID: in.ID, Values: in.Values,
	})
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, answer)
}
