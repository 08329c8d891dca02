package intake

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"weft/runtime/problem"
	"weft/runtime/request"
)

// values are the wire values of a payload's record: what the visitor sent, over it
// what the link sets, over it the constants of the form.
func (f publicForm) values(p *Payload) (map[string]any, error) {
	body, err := request.Object(p.Body)
	if err != nil {
		return nil, err
	}
	sent, ok := body["values"].(map[string]any)
	if !ok {
		return nil, problem.Of(problem.Malformed, problem.At("/values", "json_shape", "field", "values", "want", "object"))
	}
	values := map[string]any{}
	for key, v := range sent {
		if !strings.HasPrefix(key, "_") {
			values[key] = v
		}
	}
	if problems := f.unknown(values); len(problems) > 0 {
		return nil, problem.Of(problem.Invalid, problems...)
	}
	maps.Copy(values, p.Prefill)
	maps.Copy(values, f.Values)
	if f.Suspicion != nil && len(p.Suspicion) > 0 {
		values[f.Suspicion.Key] = true
	}
	return values, nil
}

// refusal is what a payload keeps of the problem that refused it.
type refusal struct {
	Code   problem.Code   `json:"code"`
	Key    string         `json:"key,omitempty"`
	Params map[string]any `json:"params,omitempty"`
	Fields []refusedField `json:"fields,omitempty"`
}

type refusedField struct {
	Path   string         `json:"path"`
	Code   string         `json:"code"`
	Text   string         `json:"text,omitempty"`
	Params map[string]any `json:"params,omitempty"`
}

func keptProblem(p *problem.Error) refusal {
	r := refusal{Code: p.Code, Key: p.Key, Params: p.Params}
	for _, f := range p.Fields {
		r.Fields = append(r.Fields, refusedField{f.Path, f.Code, f.Text, f.Params})
	}
	return r
}

// outcome is the error of a payload that was refused; nil for every other.
func (p *Payload) outcome() error {
	if p.State != Refused {
		return nil
	}
	var r refusal
	if err := json.Unmarshal(p.Problem, &r); err != nil {
		return fmt.Errorf("intake: kept problem of %s: %w", p.ID, err)
	}
	e := problem.New(r.Code, r.Key, r.Params)
	for _, f := range r.Fields {
		e.Fields = append(e.Fields, problem.Field{Path: f.Path, Code: f.Code, Text: f.Text, Params: f.Params})
	}
	return e
}
