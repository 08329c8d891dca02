package api

import (
	"errors"
	"net/http"
	"time"

	"weft/runtime/problem"
	"weft/runtime/request"
)

// maxAnonymousBody is the largest body of a request without a sign-in.
const maxAnonymousBody = 4 << 10

// read reads a JSON body of one of the content types, the first of which the
// refusal names, and takes a slot and the memory to parse it.
func (rc *requestContext) read(types ...string) error {
	limit := int64(request.MaxJSON)
	switch {
	case rc.route.MaxBody > 0:
		limit = rc.route.MaxBody
	case rc.actor == nil:
		limit = maxAnonymousBody
	}
	var err error
	if rc.body, err = request.Text(rc.r, limit, types...); err != nil {
		return err
	}
	if err := rc.takeSlot(); err != nil {
		return err
	}
	if err := rc.spendQuota(len(rc.body)); err != nil {
		return err
	}
	rc.releaseParsed() // of a body that was read ahead
	rc.parsed, err = rc.s.parsing.Acquire(rc.ctx, rc.budgetKey(), request.ParseCost(rc.body))
	return err
}

// spendQuota counts bytes that the request writes against the user's quota.
func (rc *requestContext) spendQuota(n int) error {
	if rc.actor == nil || rc.route.ReadOnly || rc.s.o.WriteQuota < 0 {
		return nil
	}
	if wait := rc.s.written.Spend(rc.actor.UserID, time.Now(), float64(n)); wait > 0 {
		return &problem.Error{Code: problem.Rate, Key: "write_quota", Params: map[string]any{"max": rc.s.o.WriteQuota}, RetryAfter: wait}
	}
	return nil
}

func (rc *requestContext) releaseParsed() {
	if rc.parsed != nil {
		rc.parsed()
		rc.parsed = nil
	}
}

func (rc *requestContext) budgetKey() string {
	if rc.actor != nil {
		return rc.actor.UserID
	}
	return rc.network().String()
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
