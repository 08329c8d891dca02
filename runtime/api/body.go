package api

import (
	"errors"
	"net/http"

	"weft/runtime/problem"
	"weft/runtime/request"
)

// read reads a JSON body of one of the content types; the first is named to
// callers who send another.
func (x *exchange) read(types ...string) error {
	var err error
	x.raw, err = request.Text(x.r, request.MaxJSON, types...)
	return err
}

// object reads a JSON object as a map; numbers are json.Number.
func (x *exchange) object(types ...string) (map[string]any, error) {
	if err := x.read(append(types, "application/json")...); err != nil {
		return nil, err
	}
	return request.Object(x.raw)
}

// decode reads a JSON object into a struct, strictly: members that it does not
// have, or of another type, are malformed. It returns the members as a map too.
func (x *exchange) decode(into any) (map[string]any, error) {
	if err := x.read("application/json"); err != nil {
		return nil, err
	}
	return request.Decode(x.raw, into)
}

func malformed(key string, params map[string]any) error {
	return problem.New(problem.Malformed, key, params)
}

// cutOff names a body beyond its limit as such, whichever reader noticed it.
func cutOff(err error) error {
	if limit := new(http.MaxBytesError); errors.As(err, &limit) {
		return request.Incomplete(err)
	}
	return err
}
