package api

import (
	"errors"
	"net/http"

	"weft/runtime/problem"
	"weft/runtime/request"
)

// read reads a JSON body of one of the content types, the first of which the
// refusal names.
func (rc *requestContext) read(types ...string) error {
	var err error
	rc.body, err = request.Text(rc.r, request.MaxJSON, types...)
	return err
}

// object reads a JSON object as a map; numbers are json.Number.
func (rc *requestContext) object(types ...string) (map[string]any, error) {
	if err := rc.read(append(types, "application/json")...); err != nil {
		return nil, err
	}
	return request.Object(rc.body)
}

// decode reads a JSON object into a struct as request.Decode does.
func (rc *requestContext) decode(into any) (map[string]any, error) {
	if err := rc.read("application/json"); err != nil {
		return nil, err
	}
	return request.Decode(rc.body, into)
}

func malformed(key string, params map[string]any) error {
	return problem.New(problem.Malformed, key, params)
}

// cutOff turns the error of a body beyond its limit into a problem, whichever
// reader met it.
func cutOff(err error) error {
	if limit := new(http.MaxBytesError); errors.As(err, &limit) {
		return request.Incomplete(err)
	}
	return err
}
