package trigger

import (
	"context"
	"slices"
	"time"

	"weft/runtime/access"
	"weft/runtime/calendar"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/schemas"
)

// Effect starts triggers in the commit of the change that they listen to. A change
// of an entity without triggers costs it one look-up.
type Effect struct {
	Store store.Reader
	// Zone gives the organisation's time zone; WeekOffset is how many days after
	// Monday its week begins. nil means UTC and 0.
	Zone       func() *time.Location
	WeekOffset func() int
	// Calendar is the organisation's working time.
	Calendar func() *calendar.Calendar
}

// Jobs implements record.Effect.
func (e *Effect) Jobs(ctx context.Context, c record.Call, m *model.Model, ev *record.Event) ([]store.Op, error) {
	l := m.Listeners[ev.Entity]
	if l == nil || c.Historical {
		return nil, nil
	}
	x := &starting{Effect: e, call: c, model: m, event: ev, docs: newDocReader(ctx, e.Store)}
	ops, err := x.timers(l)
	if err != nil || ev.Silent || c.Source == record.SourceUndo { // what is undone or computed anew happens to nobody
		return ops, err
	}
	started, err := x.startAll(l)
	if err != nil {
		return nil, err
	}
	woken, err := x.wake(ctx, l)
	return append(append(ops, started...), woken...), err
}

// starting is one change while its triggers are found.
type starting struct {
	*Effect
	call  record.Call
	model *model.Model
	event *record.Event
	docs  *docReader
}

// startAll makes the runs of the triggers that listen, and the job that carries
// them out in their order.
func (x *starting) startAll(l *model.Listeners) ([]store.Op, error) {
	var list []*Run
	var failed []store.Op
	for _, s := range listening(x.model, l, x.call, x.event) {
		ok, err := x.holds(s.trigger)
		switch {
		case x.docs.err != nil:
			return nil, x.docs.err
		case err != nil: // the change of the person must not fail for it
			op, err := runs.Put(x.run(s).failedToBegin(err))
			if err != nil {
				return nil, err
			}
			failed = append(failed, op)
		case ok:
			list = append(list, x.run(s))
		}
	}
	ops, err := startOps(list, x.event.At)
	return append(failed, ops...), err
}

// failedToBegin is a run whose filter could not be computed: everybody can see why.
func (r *Run) failedToBegin(err error) Run {
	failed := *r
	failed.State, failed.Error, failed.StartedAt, failed.EndedAt = Failed, failureOf(err), &r.At, &r.At
	return failed
}

// record is the record after the event, as it was last when it is deleted.
func (x *starting) record() map[string]any {
	if x.event.After != nil {
		return x.event.After
	}
	return x.event.Before
}

func (x *starting) env() *model.ValueEnv {
	return &model.ValueEnv{Record: x.record(), Old: x.event.Before, Get: x.docs.get, Query: x.queryEnv(x.call.Actor, x.event.At)}
}

func (x *starting) holds(t *model.Trigger) (bool, error) { return t.Where.Holds(x.env(), nil) }

// queryEnv is what relative values of filters stand for.
func (e *Effect) queryEnv(a *access.Actor, at time.Time) query.Env {
	env := query.Env{Now: at, Zone: e.zone(), Me: a.UserID, MyDepartments: a.Departments, MyDepartmentsBelow: a.DepartmentSubtree}
	if e.WeekOffset != nil {
		env.WeekOffset = e.WeekOffset()
	}
	return env
}

func (e *Effect) zone() *time.Location {
	if e.Zone == nil {
		return time.UTC
	}
	return e.Zone()
}

// run is the row of a run that begins with the event.
func (x *starting) run(s started) *Run {
	r := newRun(x.model, s.trigger, origin{call: x.call, event: s.event, at: x.event.At})
	r.Record = x.event.ID
	r.Fields, r.Old = heard(s.trigger, x.event), oldFields(s.trigger, x.event)
	return r
}

// heard are the changed fields that the trigger listens to.
func heard(t *model.Trigger, ev *record.Event) []string {
	var keys []string
	for _, f := range ev.Changed {
		if len(t.On.Fields) == 0 || slices.Contains(t.On.Fields, f) {
			keys = append(keys, f.Key)
		}
	}
	return keys
}

// oldFields are what the steps may ask of the record before: the fields that
// they name, or all of a record that is gone.
func oldFields(t *model.Trigger, ev *record.Event) document {
	if ev.Op == "delete" || t.WholeOld {
		return ev.Before
	}
	if len(t.Old) == 0 || ev.Before == nil {
		return nil
	}
	old := make(document, len(t.Old))
	for _, key := range t.Old {
		if v := ev.Before[key]; v != nil {
			old[key] = v
		}
	}
	return old
}

// origin is what starts a run.
type origin struct {
	id    string // of the run, "" for a new one
	call  record.Call
	event schemas.EventName
	at    time.Time
}

func newRun(m *model.Model, t *model.Trigger, o origin) *Run {
	r := &Run{
		ID: o.id, Trigger: t.Def.Key, Version: m.Version, Digest: t.Digest, State: Waiting,
		Cause: o.call.Cause, Depth: o.call.Depth, Chain: o.call.Chain, By: causedBy(o.call), As: t.Def.As,
		Event: o.event, At: o.at, Position: []Frame{{}},
	}
	if t.Entity != nil {
		r.Entity = t.Entity.Key
	}
	if r.ID == "" {
		r.ID = newID()
	}
	if r.As == schemas.AsPerson {
		r.As = ""
	}
	return r
}

// causedBy is the person behind a change: the actor, or whoever caused the chain
// that led to an actor who is nobody.
func causedBy(c record.Call) string {
	if c.Actor.UserID == "" && len(c.Chain) > 0 {
		return c.Chain[0].By
	}
	return c.Actor.UserID
}

// startOps insert runs and the job that carries them out.
func startOps(list []*Run, at time.Time) ([]store.Op, error) {
	if len(list) == 0 {
		return nil, nil
	}
	job := newID()
	var ops []store.Op
	p := payload{}
	for _, r := range list {
		r.Job = job
		op, err := runs.Put(*r)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
		p.Runs = append(p.Runs, r.ID)
	}
	op, err := insertJob(job, at, at, p, list[0])
	return append(ops, op), err
}
