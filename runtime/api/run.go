package api

import (
	"encoding/json"
	"net/http"
	"time"

	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/request"
	"weft/runtime/trigger"
)

const (
	runsPath = basePath + "/runs"
	runPath  = runsPath + "/{id}"
)

func runRoutes() []Route {
	return []Route{
		{Name: "run.list", Method: "GET", Path: runsPath, Policy: SignedIn, handle: listRuns},
		{Name: "run.get", Method: "GET", Path: runPath, Policy: SignedIn, handle: getRun},
		{Name: "run.retry", Method: "POST", Path: runPath + "/retry", Policy: AdminOnly, Idempotent: true, handle: retryRun},
		{Name: "run.cancel", Method: "POST", Path: runPath + "/cancel", Policy: AdminOnly, Idempotent: true, handle: cancelRun},
		{Name: "run.undo", Method: "POST", Path: runPath + "/undo", Policy: AdminOnly, Timeout: longTimeout, Idempotent: true, handle: undoRun},
		{Name: "script.try", Method: "POST", Path: basePath + "/builder/scripts/try", Policy: AdminOnly, ReadOnly: true, Timeout: longTimeout, handle: tryScript},
		{Name: "trigger.try", Method: "POST", Path: basePath + "/builder/triggers/try", Policy: AdminOnly, ReadOnly: true, handle: tryTrigger},
		{Name: "trigger.replay", Method: "POST", Path: basePath + "/builder/triggers/replay", Policy: AdminOnly, Timeout: longTimeout, ReadOnly: true, handle: replayTrigger},
		{Name: "button.press", Method: "POST", Path: recordPath + "/button/{trigger}", Policy: SignedIn, Idempotent: true, handle: pressButton},
	}
}

// listRuns is for administrators, and for those who name a record that they may read.
func listRuns(rc *requestContext) error {
	q := rc.r.URL.Query()
	page, err := rc.s.o.Triggers.List(rc.ctx, rc.actor, request.Language(rc.r), trigger.Query{
		Trigger: q.Get("trigger"), Entity: q.Get("entity"), Record: q.Get("id"), State: trigger.State(q.Get("state")), Cursor: q.Get("cursor"),
	})
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, page)
}

func getRun(rc *requestContext) error {
	return rc.answerRun(rc.vars()["id"])
}

func (rc *requestContext) answerRun(id string) error {
	view, err := rc.s.o.Triggers.Get(rc.ctx, rc.actor, request.Language(rc.r), id)
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, view)
}

// optional reads a body that may be left out.
func (rc *requestContext) optional(into any) error {
	if rc.r.ContentLength == 0 {
		return nil
	}
	_, err := rc.decode(into)
	return err
}

func retryRun(rc *requestContext) error {
	var in struct {
		From string `json:"from"`
	}
	if err := rc.optional(&in); err != nil {
		return err
	}
	if err := rc.s.o.Triggers.Retry(rc.ctx, rc.vars()["id"], in.From); err != nil {
		return err
	}
	return rc.answerRun(rc.vars()["id"])
}

func cancelRun(rc *requestContext) error {
	if err := rc.optional(&struct{}{}); err != nil {
		return err
	}
	if err := rc.s.o.Triggers.Cancel(rc.ctx, rc.vars()["id"]); err != nil {
		return err
	}
	return rc.answerRun(rc.vars()["id"])
}

func undoRun(rc *requestContext) error {
	var in struct {
		DryRun bool `json:"dry_run"`
	}
	if err := rc.optional(&in); err != nil {
		return err
	}
	answer, err := rc.s.o.Triggers.Undo(rc.ctx, rc.actor, request.Language(rc.r), rc.vars()["id"], in.DryRun)
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, answer)
}

// buttonAnswer names the run that a button has started.
type buttonAnswer struct {
	Run string `json:"run"`
}

func pressButton(rc *requestContext) error {
	var values map[string]any
	if rc.r.ContentLength != 0 {
		var in struct {
			Values map[string]any `json:"values"`
		}
		m, err := rc.decode(&in)
		if err != nil {
			return err
		}
		if values, err = objectMember(m, "values"); err != nil {
			return err
		}
	}
	c := record.Call{Actor: rc.actor, Source: record.SourceForm, Lang: request.Language(rc.r)}
	v := rc.vars()
	run, err := rc.s.o.Triggers.Press(rc.ctx, c, v["entity"], v["id"], v["trigger"], values)
	if err != nil {
		return err
	}
	return rc.json(http.StatusAccepted, buttonAnswer{run})
}

// trial is the body of a trial or replay: a draft or the key of a trigger.
type trial struct {
	Definition json.RawMessage `json:"definition"`
	Key        string          `json:"key"`
	Entity     string          `json:"entity"`
	ID         string          `json:"id"`
	From       *time.Time      `json:"from"`
	To         *time.Time      `json:"to"`
	Limit      int             `json:"limit"`
}

func (in *trial) check() error {
	if (len(in.Definition) == 0) == (in.Key == "") {
		return problem.Of(problem.Invalid, problem.At("/definition", "definition_or_key"))
	}
	return nil
}

func tryTrigger(rc *requestContext) error {
	var in trial
	if _, err := rc.decode(&in); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	answer, err := rc.s.o.Triggers.Try(rc.ctx, rc.actor, request.Language(rc.r), trigger.Trial{
		Definition: in.Definition, Key: in.Key, Entity: in.Entity, ID: in.ID,
	})
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, answer)
}

func replayTrigger(rc *requestContext) error {
	var in trial
	if _, err := rc.decode(&in); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	if in.Limit < 0 {
		return problem.Of(problem.Invalid, problem.At("/limit", "too_small", "min", 0))
	}
	answer, err := rc.s.o.Triggers.Replay(rc.ctx, rc.actor, request.Language(rc.r), trigger.Replay{
		Definition: in.Definition, Key: in.Key, From: orZero(in.From), To: orZero(in.To), Limit: in.Limit,
	})
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, answer)
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
