package schemas

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"weft/runtime/problem"
)

// fresh makes an empty definition of each kind.
var fresh = map[Kind]func() Definition{
	KindEntity:       func() Definition { return new(Entity) },
	KindForm:         func() Definition { return new(Form) },
	KindView:         func() Definition { return new(View) },
	KindStageMachine: func() Definition { return new(StageMachine) },
	KindTrigger:      func() Definition { return new(Trigger) },
	KindRole:         func() Definition { return new(Role) },
	KindScript:       func() Definition { return new(Script) },
	KindDashboard:    func() Definition { return new(Dashboard) },
	KindTemplate:     func() Definition { return new(Template) },

	KindAssignmentRule: func() Definition { return new(AssignmentRule) },
}

// Decode reads one definition, of the kind that its member "kind" names. It is
// strict: what the meta-schema of the kind does not know or allow is a problem.
// It returns all problems at once, with JSON pointers into data as paths, and
// a definition only when there are none.
func Decode(data []byte) (Definition, []problem.Field) {
	doc, problems := parse(data)
	if len(problems) > 0 {
		return nil, problems
	}
	object, ok := doc.(map[string]any)
	if !ok {
		return nil, []problem.Field{problem.At("", "wrong_type", "want", "object")}
	}
	kind, ok := object["kind"].(string)
	if !ok || fresh[Kind(kind)] == nil {
		if _, set := object["kind"]; !set {
			return nil, []problem.Field{problem.At("/kind", "required")}
		}
		return nil, []problem.Field{problem.At("/kind", "not_allowed_value", "allowed", kindNames())}
	}
	if problems := validate(Kind(kind), doc); len(problems) > 0 {
		return nil, problems
	}
	d := fresh[Kind(kind)]()
	if err := json.Unmarshal(data, d); err != nil {
		return nil, []problem.Field{unmarshalProblem(err)}
	}
	return d, nil
}

func validate(k Kind, doc any) []problem.Field {
	err := metaValidators[k].Validate(doc)
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if errors.As(err, &invalid) {
		return metaSource.Explain(invalid, doc)
	}
	return []problem.Field{problem.At("", "condition", "keyword", err.Error())}
}

// unmarshalProblem is for what JSON Schema allows and Go does not: an integer
// written as 1.0 or 1e2.
func unmarshalProblem(err error) problem.Field {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return problem.At("/"+strings.ReplaceAll(wrong.Field, ".", "/"), "wrong_type", "want", "integer")
	}
	return problem.At("", "not_json", "offset", 0)
}

func kindNames() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return names
}

// Encode writes a definition as people read it: two spaces of indent, members
// in the order of the Go type, no escaping of < and >, a line feed at the end.
func Encode(d Definition) ([]byte, error) {
	return marshal(d, "  ")
}
