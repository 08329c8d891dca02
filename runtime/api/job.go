package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"reflect"

	"weft/runtime/incident"
	"weft/runtime/job"
	"weft/runtime/problem"
	"weft/runtime/record/read"
	"weft/runtime/request"
)

const (
	jobsPath      = basePath + "/jobs"
	incidentsPath = basePath + "/incidents"
)

func jobRoutes() []Route {
	return []Route{
		{Name: "job.list", Method: "GET", Path: jobsPath, Policy: AdminOnly, handle: listJobs},
		{Name: "job.retry", Method: "POST", Path: jobsPath + "/{id}/retry", Policy: AdminOnly, Idempotent: true, handle: retryJob},
		{Name: "job.cancel", Method: "POST", Path: jobsPath + "/{id}/cancel", Policy: AdminOnly, Idempotent: true, handle: cancelJob},
		{Name: "incident.list", Method: "GET", Path: incidentsPath, Policy: AdminOnly, handle: listIncidents},
		{Name: "incident.close", Method: "POST", Path: incidentsPath + "/{id}/close", Policy: AdminOnly, Idempotent: true, handle: closeIncident},
	}
}

// jobItem is a job as administrators see it.
type jobItem struct {
	ID        string          `json:"id"`
	Kind      string          `json:"kind"`
	State     job.State       `json:"state"`
	Priority  int             `json:"priority"`
	Due       string          `json:"due"`
	Attempts  int             `json:"attempts"`
	Error     string          `json:"error,omitempty"`
	Cause     string          `json:"cause,omitempty"`
	Depth     int             `json:"depth,omitempty"`
	Payload   json.RawMessage `json:"payload,omitempty"`
	CreatedAt string          `json:"created_at"`
}

func itemOf(j job.Job) jobItem {
	return jobItem{ID: j.ID, Kind: j.Kind, State: j.State, Priority: int(j.Priority), Due: j.Due, Attempts: j.Attempts, Error: j.Error,
		Cause: j.Cause, Depth: j.Depth, Payload: j.Payload, CreatedAt: j.CreatedAt}
}

// jobPage is a page of jobs.
type jobPage struct {
	Items  []jobItem `json:"items"`
	Cursor string    `json:"cursor,omitempty"`
}

func listJobs(rc *requestContext) error {
	q := rc.r.URL.Query()
	state := job.State(q.Get("state"))
	switch state {
	case "", job.Waiting, job.Running, job.Failed:
	default:
		return malformed("query_parameter", map[string]any{"name": "state"})
	}
	list, cursor, err := rc.s.o.Jobs.List(rc.ctx, job.Query{Kind: q.Get("kind"), State: state, Cursor: q.Get("cursor")})
	if err != nil {
		return read.StoreProblem(err)
	}
	page := jobPage{Items: []jobItem{}, Cursor: cursor}
	for _, j := range list {
		page.Items = append(page.Items, itemOf(j))
	}
	return rc.json(http.StatusOK, page)
}

func retryJob(rc *requestContext) error {
	j, err := rc.s.o.Jobs.Retry(rc.ctx, rc.vars()["id"])
	if err != nil {
		return read.StoreProblem(err)
	}
	return rc.json(http.StatusOK, itemOf(j))
}

func cancelJob(rc *requestContext) error {
	j, err := rc.s.o.Jobs.Cancel(rc.ctx, rc.vars()["id"])
	if err != nil {
		return read.StoreProblem(err)
	}
	return rc.json(http.StatusOK, itemOf(j))
}

// incidentItem is an incident with its text in the reader's language.
type incidentItem struct {
	incident.Incident
	Text string `json:"text"`
}

func (rc *requestContext) incidentItem(i incident.Incident) incidentItem {
	return incidentItem{i, problem.Field{Code: i.Reason, Params: i.Params}.Message(request.Language(rc.r))}
}

// incidentPage is a page of incidents.
type incidentPage struct {
	Items  []incidentItem `json:"items"`
	Cursor string         `json:"cursor,omitempty"`
}

func listIncidents(rc *requestContext) error {
	q := rc.r.URL.Query()
	open := q.Get("open")
	if open != "" && open != "true" && open != "false" {
		return malformed("query_parameter", map[string]any{"name": "open"})
	}
	list, cursor, err := rc.s.o.Incidents.List(rc.ctx, open == "true", q.Get("cursor"))
	if err != nil {
		return read.StoreProblem(err)
	}
	page := incidentPage{Items: []incidentItem{}, Cursor: cursor}
	for _, i := range list {
		page.Items = append(page.Items, rc.incidentItem(i))
	}
	return rc.json(http.StatusOK, page)
}

func closeIncident(rc *requestContext) error {
	i, err := rc.s.o.Incidents.Close(rc.ctx, rc.vars()["id"], rc.actor.Login)
	if err != nil {
		return read.StoreProblem(err)
	}
	return rc.json(http.StatusOK, rc.incidentItem(*i))
}

func init() {
	maps.Copy(docs, map[string]doc{
		"job.list": {Summary: "Work that waits, runs or failed", Tag: "job", Query: []queryParameter{
			{"kind", "Kind of job", textParameter}, {"state", "waiting, running or failed", textParameter}, {"cursor", "Where the last page ended", textParameter},
		}, Answers: ok("Jobs")},
		"job.retry":  {Summary: "Let a job run now, with all its attempts", Tag: "job", Body: "Anything", BodyOptional: true, Answers: ok("Job")},
		"job.cancel": {Summary: "Take a job away", Tag: "job", Body: "Anything", BodyOptional: true, Answers: ok("Job")},
		"incident.list": {Summary: "What an administrator has to look at", Tag: "job", Query: []queryParameter{
			{"open", "true: those that are not closed", object{"type": "boolean"}}, {"cursor", "Where the last page ended", textParameter},
		}, Refusals: []int{422}, Answers: ok("Incidents")},
		"incident.close": {Summary: "Close an incident; what was stopped for it goes on", Tag: "job", Body: "Anything", BodyOptional: true, Answers: ok("Incident")},
	})
}

func jobSchemas(types *typeSchemas) object {
	return object{
		"Job": types.members(reflect.TypeFor[jobItem]()), "Jobs": types.members(reflect.TypeFor[jobPage]()),
		"Incident": types.members(reflect.TypeFor[incidentItem]()), "Incidents": types.members(reflect.TypeFor[incidentPage]()),
	}
}
