package api

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"sync"

	"weft/runtime/problem"
)

// maxBody is the greatest JSON body in bytes.
const maxBody = 1 << 20

// read reads a JSON body of one of the content types; the first is named to
// callers who send another. Encoded (compressed) bodies are not taken.
func (x *exchange) read(types ...string) error {
	if !hasType(x.r.Header, types) || x.r.Header.Get("Content-Encoding") != "" {
		return problem.New(problem.MediaType, "content_type", map[string]any{"want": types[0]})
	}
	if x.r.ContentLength > maxBody {
		return bodyTooLarge()
	}
	b := getBuffer()
	defer putBuffer(b)
	n, err := b.ReadFrom(io.LimitReader(x.r.Body, maxBody+1))
	switch {
	case n > maxBody:
		return bodyTooLarge()
	case err != nil:
		return &problem.Error{Code: problem.Malformed, Key: "body_incomplete", Err: err}
	}
	x.raw = b.String()
	return nil
}

func bodyTooLarge() error {
	return problem.New(problem.TooLarge, "body_too_large", map[string]any{"max": maxBody})
}

func hasType(h http.Header, types []string) bool {
	values := h["Content-Type"]
	if len(values) != 1 {
		return false
	}
	if values[0] == types[0] {
		return true
	}
	got, _, err := mime.ParseMediaType(values[0])
	if err != nil {
		return false
	}
	for _, t := range types {
		if got == t {
			return true
		}
	}
	return false
}

// object reads a JSON object as a map; numbers are json.Number.
func (x *exchange) object(types ...string) (map[string]any, error) {
	if err := x.read(append(types, "application/json")...); err != nil {
		return nil, err
	}
	v, err := parseJSON(x.raw)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, malformed("json_object", nil)
	}
	return m, nil
}

// decode reads a JSON object into a struct, strictly: members that it does not
// have, or of another type, are malformed. It returns the members as a map too.
func (x *exchange) decode(into any) (map[string]any, error) {
	m, err := x.object()
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
	if err := json.Unmarshal([]byte(x.raw), into); err != nil {
		return nil, shapeProblem(err)
	}
	return m, nil
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

// members are the JSON names of a struct's fields, which encoding/json would
// match in any case.
func members(t reflect.Type) map[string]bool {
	if known, ok := memberSets.Load(t); ok {
		return known.(map[string]bool)
	}
	known := map[string]bool{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			known[name] = true
		}
	}
	memberSets.Store(t, known)
	return known
}
