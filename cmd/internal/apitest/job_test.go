package apitest

import (
	"context"
	"errors"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
	"weft/runtime/job"
	"weft/runtime/store"
)

// Administrators see what runs in the background, let a job run again that failed for
// good, and are told of it by an incident.
func TestAFailedJobIsShownAndRetried(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Jobs.Stop()
	w.Jobs.Register(job.Kind{Name: "broken", MaxAttempts: 1, Run: func(context.Context, *job.Claimed) error { return errors.New("no such thing") }})
	w.Jobs.Start()
	op, err := job.InsertOp(job.New{Kind: "broken", ID: "b-1", Payload: map[string]any{"n": 1}}, time.Now())
	if err == nil {
		err = w.Store.Commit(t.Context(), &store.Batch{Ops: []store.Op{op}})
	}
	if err == nil {
		err = w.Jobs.Await(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Items []struct{ ID string } }
	w.Run(t, []apptest.Scenario{
		{Name: "the job", As: w.Admin, Method: "GET", Path: "/jobs?kind=broken&state=failed", Status: 200, Has: []string{`"id":"b-1"`, "no such thing", `{"n":1}`}},
		{Name: "not for others", As: w.li.Token, Method: "GET", Path: "/jobs", Status: 403},
		{Name: "a state that is none", As: w.Admin, Method: "GET", Path: "/jobs?state=odd", Status: 400},
		{Name: "the metrics", Method: "GET", Path: "//metrics", Status: 200, Has: []string{`weft_jobs{kind="broken",state="failed"} 1`}},
		{Name: "the message", As: w.Admin, Method: "GET", Path: "/notifications", Status: 200, Has: []string{"broken", `"unread":1`}},
		{Name: "the incident", As: w.Admin, Method: "GET", Path: "/incidents?open=true", Status: 200, Has: []string{`"kind":"job_failed"`, `"count":1`, "no such thing"},
			Then: func(t *testing.T, a *apptest.Answer) { a.JSON(t, &list) }},
		{Name: "again", As: w.Admin, Method: "POST", Path: "/jobs/b-1/retry", Status: 200, Has: []string{`"state":"waiting"`, `"attempts":0`}},
		{Name: "one that is not there", As: w.Admin, Method: "POST", Path: "/jobs/nothing/retry", Status: 404},
	})
	if err := w.Jobs.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	closing := "/incidents/" + list.Items[0].ID + "/close"
	w.Run(t, []apptest.Scenario{
		{Name: "it is counted", As: w.Admin, Method: "GET", Path: "/incidents", Status: 200, Has: []string{`"count":2`}},
		{Name: "and told once", As: w.Admin, Method: "GET", Path: "/notifications", Status: 200, Has: []string{`"unread":1`}},
		{Name: "closed", As: w.Admin, Method: "POST", Path: closing, Status: 200, Has: []string{`"open":false`, `"closed_by":"admin"`}},
		{Name: "none is open", As: w.Admin, Method: "GET", Path: "/incidents?open=true", Status: 200, Has: []string{`"items":[]`}},
		{Name: "taken away", As: w.Admin, Method: "POST", Path: "/jobs/b-1/cancel", Status: 200},
		{Name: "gone", As: w.Admin, Method: "GET", Path: "/jobs", Status: 200, Not: []string{"b-1"}},
	})
}
