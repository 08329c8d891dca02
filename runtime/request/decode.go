package request

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"sync"

	"weft/runtime/problem"
)

// Object parses a JSON object; numbers are json.Number.
func Object(text string) (map[string]any, error) {
	v, err := ParseJSON(text)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, malformed("json_object", nil)
	}
	return m, nil
}

// Decode parses a JSON object into a struct: members that the struct does not
// have, or of another type, are malformed. It returns the members as a map too.
func Decode(text string, into any) (map[string]any, error) {
	m, err := Object(text)
	if err != nil {
		return nil, err
	}
	known := members(reflect.TypeOf(into).Elem())
	var wrong []problem.Field
	for k := range m {
		if !known[k] {
			wrong = append(wrong, problem.At(problem.Pointer(k), "json_member", "field", k))
		}
	}
	if wrong != nil {
		return nil, problem.Of(problem.Malformed, wrong...)
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return nil, shapeProblem(err)
	}
	return m, nil
}

// ReadJSON reads a JSON body of at most MaxJSON bytes into a struct, as Decode
// does. A request without a body leaves the struct as it is.
func ReadJSON(r *http.Request, into any) error {
	if r.ContentLength == 0 {
		return nil
	}
	text, err := Text(r, MaxJSON, "application/json")
	if err != nil {
		return err
	}
	_, err = Decode(text, into)
	return err
}

func shapeProblem(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return &problem.Error{Code: problem.Malformed, Key: "json_value", Err: err}
	}
	path := "/" + strings.ReplaceAll(wrong.Field, ".", "/")
	return problem.Of(problem.Malformed, problem.At(path, "json_shape", "field", wrong.Field, "want", jsonName(wrong.Type)))
}

func jsonName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Map, reflect.Struct:
		return "object"
	case reflect.Pointer:
		return jsonName(t.Elem())
	}
	return "number"
}

var memberSets sync.Map // reflect.Type → map[string]bool

// members are the JSON names of a struct's fields, those of embedded structs
// included. encoding/json alone would accept them in any case.
func members(t reflect.Type) map[string]bool {
	if known, ok := memberSets.Load(t); ok {
		return known.(map[string]bool)
	}
	known := map[string]bool{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			known[name] = true
		}
	}
	memberSets.Store(t, known)
	return known
}
