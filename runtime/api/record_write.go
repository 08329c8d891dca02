package api

import (
	"encoding/json"
	"net/http"

	"weft/runtime/problem"
	"weft/runtime/record"
)

func createRecord(x *exchange) error {
	values, err := x.object()
	if err != nil {
		return err
	}
	c, err := x.call("api")
	if err != nil {
		return err
	}
	entity := x.vars()["entity"]
	res, err := x.s.o.Records.Create(x.ctx, c, entity, values)
	if err != nil {
		return err
	}
	x.Header()["Location"] = []string{base + "/records/" + entity + "/" + res.ID}
	return x.changed("create", http.StatusCreated, res)
}

// updateRecord takes a JSON merge patch, under either of its content types.
func updateRecord(x *exchange) error {
	patch, err := x.object("application/merge-patch+json")
	if err != nil {
		return err
	}
	c, err := x.call("api")
	if err != nil {
		return err
	}
	v := x.vars()
	res, err := x.s.o.Records.Update(x.ctx, c, v["entity"], v["id"], patch)
	if err != nil {
		return err
	}
	return x.changed("update", http.StatusOK, res)
}

func deleteRecord(x *exchange) error {
	c, err := x.call("api")
	if err != nil {
		return err
	}
	v := x.vars()
	if _, err := x.s.o.Records.Delete(x.ctx, c, v["entity"], v["id"]); err != nil {
		return err
	}
	x.count("delete")
	return x.empty()
}

// restoreRecord needs no body; one that is sent tells requests with one
// Idempotency-Key apart.
func restoreRecord(x *exchange) error {
	if x.r.ContentLength > 0 {
		if _, err := x.object(); err != nil {
			return err
		}
	}
	c, err := x.call("api")
	if err != nil {
		return err
	}
	v := x.vars()
	res, err := x.s.o.Records.Restore(x.ctx, c, v["entity"], v["id"])
	if err != nil {
		return err
	}
	return x.changed("restore", http.StatusOK, res)
}

type transitionBody struct {
	To      string          `json:"to"`
	Values  json.RawMessage `json:"values"`
	Comment string          `json:"comment"`
}

func transitionRecord(x *exchange) error {
	var in transitionBody
	m, err := x.decode(&in)
	if err != nil {
		return err
	}
	values, err := objectMember(m, "values")
	if err != nil {
		return err
	}
	if in.To == "" {
		return problem.Of(problem.Invalid, problem.At("/to", "required"))
	}
	c, err := x.call("transition")
	if err != nil {
		return err
	}
	v := x.vars()
	res, err := x.s.o.Records.Transition(x.ctx, c, v["entity"], v["id"], in.To, values, in.Comment)
	if err != nil {
		return err
	}
	return x.changed("transition", http.StatusOK, res)
}

type mergeBody struct {
	Keep   string          `json:"keep"`
	From   []string        `json:"from"`
	Values json.RawMessage `json:"values"`
}

func mergeRecords(x *exchange) error {
	var in mergeBody
	m, err := x.decode(&in)
	if err != nil {
		return err
	}
	values, err := objectMember(m, "values")
	if err != nil {
		return err
	}
	var missing []problem.Field
	if in.Keep == "" {
		missing = append(missing, problem.At("/keep", "required"))
	}
	if len(in.From) == 0 {
		missing = append(missing, problem.At("/from", "required"))
	}
	if missing != nil {
		return problem.Of(problem.Invalid, missing...)
	}
	c, err := x.call("merge")
	if err != nil {
		return err
	}
	res, err := x.s.o.Records.Merge(x.ctx, c, x.vars()["entity"], in.Keep, in.From, values)
	if err != nil {
		return err
	}
	return x.changed("merge", http.StatusOK, res)
}

// objectMember is a member that must be an object; nil when it is absent. It
// comes from the parsed body, where numbers are exact.
func objectMember(m map[string]any, name string) (map[string]any, error) {
	switch v := m[name].(type) {
	case nil:
		return nil, nil
	case map[string]any:
		return v, nil
	}
	return nil, problem.Of(problem.Malformed, problem.At("/"+name, "json_shape", "field", name, "want", "object"))
}

// changed answers the record after a change. What was odd but accepted stands
// in the member "_warnings", which no field can be called.
func (x *exchange) changed(op string, status int, res *record.Result) error {
	if !res.Replayed && !res.Unchanged {
		x.count(op)
	}
	body := res.Record
	if len(body) > 2 && len(res.Warnings) > 2 {
		body = append(append(append(body[:len(body)-1:len(body)-1], `,"_warnings":`...), res.Warnings...), '}')
	}
	return x.record(status, res.Rev, body)
}

func (x *exchange) count(op string) {
	x.s.metrics.writes.WithLabelValues(x.vars()["entity"], op).Inc()
}
