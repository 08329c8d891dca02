package api

import (
	"encoding/json"
	"net/http"

	"weft/runtime/problem"
	"weft/runtime/record"
)

func createRecord(rc *requestContext) error {
	values, err := rc.object()
	if err != nil {
		return err
	}
	c, err := rc.call(record.SourceAPI)
	if err != nil {
		return err
	}
	entity := rc.vars()["entity"]
	res, err := rc.s.o.Records.Create(rc.ctx, c, entity, values)
	if err != nil {
		return err
	}
	rc.Header()["Location"] = []string{basePath + "/records/" + entity + "/" + res.ID}
	return rc.answerChange("create", http.StatusCreated, res)
}

// updateRecord takes a JSON merge patch, under either of its content types.
func updateRecord(rc *requestContext) error {
	patch, err := rc.object("application/merge-patch+json")
	if err != nil {
		return err
	}
	v := rc.vars()
	return rc.change("update", record.SourceAPI, func(c record.Call) (*record.Result, error) {
		return rc.s.o.Records.Update(rc.ctx, c, v["entity"], v["id"], patch)
	})
}

func deleteRecord(rc *requestContext) error {
	c, err := rc.call(record.SourceAPI)
	if err != nil {
		return err
	}
	v := rc.vars()
	if _, err := rc.s.o.Records.Delete(rc.ctx, c, v["entity"], v["id"]); err != nil {
		return err
	}
	rc.count("delete")
	return rc.empty()
}

// restoreRecord needs no body; one that is sent belongs to the idempotency digest.
func restoreRecord(rc *requestContext) error {
	if rc.r.ContentLength > 0 {
		if _, err := rc.object(); err != nil {
			return err
		}
	}
	v := rc.vars()
	return rc.change("restore", record.SourceAPI, func(c record.Call) (*record.Result, error) {
		return rc.s.o.Records.Restore(rc.ctx, c, v["entity"], v["id"])
	})
}

type transitionBody struct {
	To      string          `json:"to"`
	Values  json.RawMessage `json:"values"`
	Comment string          `json:"comment"`
}

func transitionRecord(rc *requestContext) error {
	var in transitionBody
	m, err := rc.decode(&in)
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
	v := rc.vars()
	return rc.change("transition", record.SourceTransition, func(c record.Call) (*record.Result, error) {
		return rc.s.o.Records.Transition(rc.ctx, c, v["entity"], v["id"], in.To, values, in.Comment)
	})
}

type mergeBody struct {
	Keep   string          `json:"keep"`
	From   []string        `json:"from"`
	Values json.RawMessage `json:"values"`
}

func mergeRecords(rc *requestContext) error {
	var in mergeBody
	m, err := rc.decode(&in)
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
	return rc.change("merge", record.SourceMerge, func(c record.Call) (*record.Result, error) {
		return rc.s.o.Records.Merge(rc.ctx, c, rc.vars()["entity"], in.Keep, in.From, values)
	})
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

// change makes a change of a record for this request and answers the record.
func (rc *requestContext) change(op string, source record.Source, make func(record.Call) (*record.Result, error)) error {
	c, err := rc.call(source)
	if err != nil {
		return err
	}
	res, err := make(c)
	if err != nil {
		return err
	}
	return rc.answerChange(op, http.StatusOK, res)
}

// answerChange answers the record after a change. Warnings are in the member
// "_warnings", a name that no field can have.
func (rc *requestContext) answerChange(op string, status int, res *record.Result) error {
	if !res.Replayed && !res.Unchanged {
		rc.count(op)
	}
	body := res.Record
	if res.Replayed {
		var err error
		if body, err = rc.replayedRecord(op, res); err != nil {
			return err
		}
	}
	if len(body) > 2 && len(res.Warnings) > 2 {
		body = append(append(append(body[:len(body)-1:len(body)-1], `,"_warnings":`...), res.Warnings...), '}')
	}
	return rc.record(status, res.Rev, body)
}

func (rc *requestContext) count(op string) {
	rc.s.metrics.writes.WithLabelValues(rc.vars()["entity"], op).Inc()
}
