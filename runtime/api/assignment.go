package api

import (
	"net/http"
	"strconv"

	"weft/runtime/assign"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/request"
	"weft/runtime/store"
)

func assignmentRoutes() []Route {
	return []Route{
		{Name: "record.assign", Method: "POST", Path: recordPath + "/assign", Policy: SignedIn, Idempotent: true, handle: assignRecord},
		{Name: "record.claim", Method: "POST", Path: recordPath + "/claim", Policy: SignedIn, handle: claimRecord},
		{Name: "record.assignments", Method: "GET", Path: recordPath + "/assignments", Policy: SignedIn, handle: recordAssignments},
		{Name: "assignment.reasons", Method: "GET", Path: basePath + "/assignments/reasons", Policy: SignedIn, handle: assignmentReasons},
	}
}

type assignBody struct {
	Rule   string `json:"rule"`
	DryRun bool   `json:"dry_run"`
}

// assignRecord answers the decision, and commits the answer with it.
func assignRecord(rc *requestContext) error {
	var in assignBody
	if _, err := rc.decode(&in); err != nil {
		return err
	}
	if in.Rule == "" {
		return problem.Of(problem.Invalid, problem.At("/rule", "required"))
	}
	rev, err := rc.ifMatch()
	if err != nil {
		return err
	}
	v := rc.vars()
	answer, err := rc.s.o.Assign.Run(rc.ctx, assign.Request{
		Call: record.Call{Actor: rc.actor, Source: record.SourceAPI, IfMatch: rev, Lang: request.Language(rc.r)},
		Rule: in.Rule, Entity: v["entity"], ID: v["id"], DryRun: in.DryRun,
		Ops: func(a *assign.Answer) ([]store.Op, error) { return rc.answerOps(http.StatusOK, a) },
	})
	if err != nil {
		return err
	}
	if !in.DryRun {
		rc.count("assign")
	}
	return rc.json(http.StatusOK, answer)
}

// claimRecord needs no body; one that is sent belongs to the idempotency digest.
func claimRecord(rc *requestContext) error {
	if rc.r.ContentLength > 0 {
		if _, err := rc.object(); err != nil {
			return err
		}
	}
	v := rc.vars()
	return rc.change("claim", record.SourceAPI, func(c record.Call) (*record.Result, error) {
		return rc.s.o.Assign.Claim(rc.ctx, c, v["entity"], v["id"])
	})
}

func recordAssignments(rc *requestContext) error {
	v := rc.vars()
	return rc.answer(rc.s.o.Assign.Traces(rc.ctx, rc.actor, v["entity"], v["id"], rc.r.URL.Query().Get("cursor")))
}

type reasonsAnswer struct {
	Items []assign.Reason `json:"items"`
}

func assignmentReasons(rc *requestContext) error {
	q := rc.r.URL.Query()
	limit := 0
	if text := q.Get("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > 1000 {
			return problem.Of(problem.Invalid, problem.At("/limit", "bound_out_of_range", "min", 1, "max", 1000))
		}
	}
	list, err := rc.s.o.Assign.Reasons(rc.ctx, rc.actor, assign.ReasonQuery{
		Entity: q.Get("entity"), Rule: q.Get("rule"), From: q.Get("from"), To: q.Get("to"), Limit: limit,
	})
	return rc.answer(reasonsAnswer{list}, err)
}
