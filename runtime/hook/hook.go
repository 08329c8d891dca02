// Package hook binds scripts to changes: before a change they see it, may change its
// values or refuse it; after it they run as jobs; and triggers call them as steps. A
// script acts with the rights of the person who causes the change, or of the role that
// its definition names; what it writes goes the one write path.
package hook

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"time"

	"weft/runtime/access"
	"weft/runtime/egress"
	"weft/runtime/incident"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/script"
	"weft/runtime/store"
	"weft/schemas"
)

// Access gives rights to people and finds them.
type Access interface {
	access.Authority
	ActorOf(ctx context.Context, idOrLogin string) (*access.Actor, error)
}

// Options of a Service. All but Logger must be given.
type Options struct {
	Store     store.Store
	Current   *model.Current
	Pool      *script.Pool
	Access    Access
	Reads     *read.Service
	Incidents *incident.Service
	// Egress sends the requests of scripts that run as jobs or steps; nil for none. A
	// before-hook sends none: a check may be made several times, and in trials.
	Egress *egress.Client
	Now    func() time.Time
	Zone   func() *time.Location
	Logger *slog.Logger
}

// Service runs the scripts of the organisation. It is safe for concurrent use.
type Service struct{ o Options }

// New makes a Service.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{o}
}

// Wants implements record.SelectiveHook: entities without hooks cost nothing.
func (s *Service) Wants(m *model.Model, entity string) bool { return m.Hooks[entity] != nil }

// Before implements record.Hook: it runs the before-hooks of the events, all events of
// one script at once. A script that fails refuses the change.
func (s *Service) Before(ctx context.Context, c record.Call, from record.Reader, events []*record.Event) error {
	m := s.o.Current.Model()
	if len(events) == 0 || m.Hooks[events[0].Entity] == nil || c.Historical {
		return nil
	}
	for _, name := range s.names(m, events) {
		for _, hook := range m.Hooks[events[0].Entity].On(name) {
			if err := s.before(ctx, c, m, from, hook, eventsOf(m, events, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// names lists the hook events of changes, in a fixed order.
func (s *Service) names(m *model.Model, events []*record.Event) []string {
	seen := map[string]bool{}
	for _, ev := range events {
		for _, name := range namesOf(m, ev) {
			seen["before_"+name] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// namesOf are the operations that an event is: an update that moves the record to
// another stage is a transition as well.
func namesOf(m *model.Model, ev *record.Event) []string {
	names := []string{ev.Op}
	e := m.Entities[ev.Entity]
	if ev.Op != "update" || e == nil {
		return names
	}
	for _, machine := range e.Machines {
		if ev.Before[machine.Field.Key] != ev.After[machine.Field.Key] {
			return append(names, "transition")
		}
	}
	return names
}

func eventsOf(m *model.Model, events []*record.Event, name string) []*record.Event {
	return slices.DeleteFunc(slices.Clone(events), func(ev *record.Event) bool {
		return !slices.Contains(namesOf(m, ev), name[len("before_"):])
	})
}

func (s *Service) before(ctx context.Context, c record.Call, m *model.Model, from record.Reader, hook *model.Script, events []*record.Event) error {
	rights, err := s.o.Access.Rights(ctx, actorOf(hook, c.Actor))
	if err != nil {
		return err
	}
	call := s.call(hook, c.Actor)
	call.Host = &snapshotHost{from: from, rights: rights}
	for _, ev := range events {
		arg, err := s.argument(m, rights, hook, c, ev)
		if err != nil {
			return err
		}
		call.Events = append(call.Events, arg)
	}
	results, err := s.o.Pool.Run(ctx, call)
	if err != nil {
		return err
	}
	for i, r := range results {
		if r.Failure != nil {
			s.failed(ctx, hook, events[i], r)
		}
		apply(m, rights, hook, events[i], r)
	}
	return nil
}

// actorOf is whose rights a script has.
func actorOf(hook *model.Script, person *access.Actor) *access.Actor {
	if hook.Def.As == "" || hook.Def.As == schemas.AsPerson {
		return person
	}
	return access.ActingAs(hook.Def.As)
}

// call is a run of a script without its events.
func (s *Service) call(hook *model.Script, person *access.Actor) script.Call {
	user, err := json.Marshal(map[string]any{"id": person.UserID, "login": person.Login, "name": person.Name, "roles": person.Roles})
	if err != nil {
		panic("hook: " + err.Error()) // texts are always JSON
	}
	now := s.o.Now()
	return script.Call{
		Program: hook.Program, Libraries: hook.Libraries, User: user, Now: now, Seed: uint64(now.UnixNano()), Zone: s.o.Zone(), Limits: script.Before,
	}
}

// argument is the event as the script sees it: values in wire form, without the
// fields that its rights do not read. A new record shows what its maker wrote.
func (s *Service) argument(m *model.Model, rights *access.Rights, hook *model.Script, c record.Call, ev *record.Event) (json.RawMessage, error) {
	e := m.Entities[ev.Entity]
	source := c.Source
	return json.Marshal(map[string]any{
		"op": ev.Op, "source": source, "entity": ev.Entity, "user": map[string]any{"id": c.Actor.UserID, "login": c.Actor.Login, "name": c.Actor.Name},
		"record": wire(e, rights, ev.After, ev.Op == "create"), "old": wire(e, rights, ev.Before, false),
	})
}

// wire is a record in wire form, cut to what the rights read; nil for none. own lets
// fields be seen that the rights only write.
func wire(e *model.Entity, rights *access.Rights, doc map[string]any, own bool) map[string]any {
	if doc == nil {
		return nil
	}
	out := map[string]any{}
	for _, key := range []string{"id", "rev", "created_at", "created_by", "updated_at", "updated_by"} {
		if v, ok := doc[key]; ok {
			out[key] = v
		}
	}
	for _, f := range e.Fields {
		seen := rights.Readable(e.Key, f.Key) || own && rights.WritableSomewhere(e.Key, schemas.OpCreate, f.Key)
		if v := f.WireOf(doc); seen && v != nil && !f.IsChildRows() {
			out[f.Key] = v
		}
	}
	return out
}

// apply gives the event what the script changed, or its refusals.
func apply(m *model.Model, rights *access.Rights, hook *model.Script, ev *record.Event, r script.Result) {
	switch {
	case r.Failure != nil:
		ev.Refuse(failure(hook, r.Failure))
		return
	case len(r.Refusals) > 0:
		ev.Refuse(refusals(r.Refusals))
		return
	case ev.Op == "delete":
		return
	}
	e, op := m.Entities[ev.Entity], schemas.OpUpdate
	if ev.Op == "create" {
		op = schemas.OpCreate
	}
	var problems []problem.Field
	for _, key := range slices.Sorted(maps.Keys(r.Changes)) {
		f := e.ByKey[key]
		switch {
		case model.IsSystem(key):
			problems = append(problems, problem.At(problem.Pointer(key), "read_only"))
		case f == nil || f.Computed:
			problems = append(problems, problem.At(problem.Pointer(key), "hook_unknown_field", "field", key))
		case !rights.WritableSomewhere(e.Key, op, key):
			problems = append(problems, problem.At(problem.Pointer(key), "not_writable"))
		default:
			problems = append(problems, set(ev, f, r.Changes[key])...)
		}
	}
	if len(problems) > 0 {
		ev.Refuse(problem.Of(problem.Invalid, problems...))
	}
}

// set gives a field of the event a value in wire form; null clears it.
func set(ev *record.Event, f *model.Field, raw json.RawMessage) []problem.Field {
	value, err := decode(raw)
	if err != nil {
		return []problem.Field{problem.At(problem.Pointer(f.Key), "wrong_type", "want", "JSON")}
	}
	if value == nil {
		delete(ev.After, f.Key)
		return nil
	}
	stored, problems := f.FromWire(value)
	for i := range problems {
		problems[i].Path = problem.Pointer(f.Key) + problems[i].Path
	}
	if len(problems) == 0 {
		ev.After[f.Key] = stored
	}
	return problems
}

// failure is the problem of a script that failed: it names the script and its line to
// whoever caused it, and the limit that it met.
func failure(hook *model.Script, f *script.Failure) *problem.Error {
	p := problem.New(problem.Script, "script_failed", map[string]any{"script": hook.Def.Title, "message": f.Error()})
	p.Extra = map[string]any{"script": f.Script, "line": f.Line, "limit": string(f.Limit)}
	return p
}

func refusals(list []script.Refusal) *problem.Error {
	fields := make([]problem.Field, len(list))
	for i, r := range list {
		fields[i] = problem.At(r.Path, "refused_by_script", "text", schemas.Title{ZhCN: r.Message["zh-CN"], En: r.Message["en"]})
	}
	return problem.Of(problem.Invalid, fields...)
}

// failed logs a failure, for which administrators get an incident.
func (s *Service) failed(ctx context.Context, hook *model.Script, ev *record.Event, r script.Result) {
	s.o.Logger.Warn("a script failed", "script", hook.Def.Key, "entity", ev.Entity, "error", r.Failure, "cause", r.Cause)
	_, err := s.o.Incidents.Raise(context.WithoutCancel(ctx), incident.Incident{
		Kind: incident.ScriptFailed, Reason: "script_failed", Script: hook.Def.Key, Entity: ev.Entity, Detail: r.Failure.Error(),
		Params: map[string]any{"script": hook.Def.Key, "message": r.Failure.Message},
	})
	if err != nil {
		s.o.Logger.Error("raise an incident", "script", hook.Def.Key, "error", err)
	}
}
