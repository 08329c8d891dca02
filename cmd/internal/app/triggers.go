package app

import (
	"context"
	"maps"

	"weft/runtime/assign"
	"weft/runtime/egress"
	"weft/runtime/hook"
	"weft/runtime/job"
	"weft/runtime/notify"
	"weft/runtime/store"
	"weft/runtime/trigger"
)

// newTriggers makes the service that carries out runs, and its kind of job.
func (a *App) newTriggers(o Options, effect *trigger.Effect) {
	a.Triggers = trigger.New(trigger.Options{
		Store: o.Store, Current: a.Current, Records: a.Records, Access: a.Access, Effect: effect, Definitions: a.Builder.Definitions, Refresh: a.Builder.Refresh,
		Language: a.language, Now: o.Now, Committed: a.Jobs.Committed, Logger: o.Logger,
		Notifier: notifier{a.Notify}, Scripts: scripts{a.Hooks}, Assigner: assigner{a.Assign}, Caller: caller{a.Egress}, Incidents: a.Incidents,
	})
	a.Triggers.Register(a.Jobs)
	a.Scheduler = job.NewScheduler(job.SchedulerOptions{
		Queue: a.Jobs, Store: o.Store, List: a.schedules, Zone: a.Settings.Zone, Now: o.Now, Logger: o.Logger,
	})
}

// schedules are all that run at times.
func (a *App) schedules() []job.Schedule { return a.Triggers.Schedules() }

// scripts runs the scripts of steps.
type scripts struct{ *hook.Service }

// RunStep implements trigger.ScriptRunner.
func (s scripts) RunStep(ctx context.Context, c trigger.ScriptCall) (*trigger.ScriptAnswer, error) {
	a, err := s.Service.RunStep(ctx, hook.StepCall{
		Key: c.Key, Actor: c.Actor, Entity: c.Entity, ID: c.ID, Record: c.Record, Old: c.Old, Input: c.Input, Results: c.Results, DryRun: c.DryRun,
	})
	if err != nil {
		return nil, err
	}
	return &trigger.ScriptAnswer{Actor: a.Actor, Operations: a.Writes, Result: a.Result}, nil
}

// webhooks starts the triggers of inbound webhooks.
type webhooks struct{ *trigger.Service }

// StartOps implements intake.Webhooks.
func (w webhooks) StartOps(ctx context.Context, token string, body any) ([]store.Op, error) {
	return w.WebhookOps(ctx, trigger.Webhook{Token: token, Body: body})
}

// language is that of texts without a reader's own choice.
func (a *App) language() string {
	s, _ := a.Settings.Current()
	return s.Language
}

// weekOffset is how many days after Monday the organisation's week begins.
func (a *App) weekOffset() int { return (int(a.Settings.FirstWeekday()) + 6) % 7 }

// notifier tells people what steps of triggers say.
type notifier struct{ *notify.Service }

// NotifyOps implements trigger.Notifier.
func (n notifier) NotifyOps(ctx context.Context, m trigger.Notification) ([]store.Op, error) {
	return n.Ops(ctx, notify.Message{
		To: m.To, Text: m.Text, Entity: m.Entity, Record: m.Record, Cause: m.Cause, Channels: m.Channels, At: m.At,
	})
}

// assigner gives records their owners in steps of triggers.
type assigner struct{ *assign.Service }

// Assign implements trigger.Assigner.
func (a assigner) Assign(ctx context.Context, q trigger.Assignment) (any, error) {
	r := assign.Request{Call: q.Call, Rule: q.Rule, Entity: q.Entity, ID: q.Record, DryRun: q.DryRun}
	if q.Ops != nil {
		r.Ops = func(answer *assign.Answer) ([]store.Op, error) { return q.Ops(answer.Short()) }
	}
	answer, err := a.Run(ctx, r)
	if err != nil {
		return nil, err
	}
	return answer.Short(), nil
}

// caller sends the requests of steps.
type caller struct{ *egress.Client }

// Do implements trigger.Caller.
func (c caller) Do(ctx context.Context, r trigger.Request) (*trigger.Response, error) {
	headers := maps.Clone(r.Headers)
	headers["Idempotency-Key"] = r.Key
	a, err := c.Client.Do(ctx, egress.Request{Method: r.Method, URL: r.URL, Headers: headers, Body: r.Body})
	if err != nil {
		return nil, err
	}
	return &trigger.Response{Status: a.Status, Body: a.Body}, nil
}
