package app

import (
	"context"

	"weft/runtime/incident"
	"weft/runtime/job"
	"weft/runtime/notify"
	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/schemas"
)

// tellAdmins tells the administrators of a new incident.
func (a *App) tellAdmins(ctx context.Context, i incident.Incident) ([]store.Op, error) {
	people, err := a.Access.Directory(ctx)
	if err != nil {
		return nil, err
	}
	text := problem.Field{Code: i.Reason, Params: i.Params}
	return a.Notify.Ops(ctx, notify.Message{
		To: people.Admins(), Text: schemas.Title{ZhCN: text.Message("zh-CN"), En: text.Message("en")},
		Entity: i.Entity, Record: i.Record, Cause: i.ID, At: a.now(),
	})
}

// jobFailed raises an incident for a job that failed for good.
func (a *App) jobFailed(ctx context.Context, j job.Job) ([]store.Op, error) {
	ops, _, err := a.Incidents.RaiseOps(ctx, incident.Incident{
		Kind: incident.JobFailed, Reason: "job_failed", Params: map[string]any{"kind": j.Kind}, Detail: j.Error, Job: j.ID, Chain: j.Chain,
	})
	return ops, err
}
