package trigger

import (
	"context"
	"maps"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/schemas"
)

// Change is what a run would do to a record, or did. Values are in wire form.
type Change struct {
	Entity string            `json:"entity"`
	ID     string            `json:"id"`
	Op     string            `json:"op"`
	Fields map[string]FromTo `json:"fields,omitempty"`
	// Step is the key of the step, "" for what was done in the past.
	Step string `json:"step,omitempty"`
}

// FromTo is a field before and after.
type FromTo struct {
	From any `json:"from,omitempty"`
	To   any `json:"to,omitempty"`
}

// Message is a text that people would get.
type Message struct {
	Step string        `json:"step"`
	To   []string      `json:"to"`
	Text schemas.Title `json:"text"`
}

// OutsideCall is a call that would be made.
type OutsideCall struct {
	Step   string `json:"step"`
	Method string `json:"method"`
	URL    string `json:"url"`
	Body   any    `json:"body,omitempty"`
}

// dry gathers what an execution would do; nothing is written or sent.
type dry struct {
	// apply makes the events that operations of an actor would be.
	apply func(ctx context.Context, by *access.Actor, ops []record.Operation) ([]record.Event, error)
	// docs are the records that would be different, nil for deleted ones.
	docs     map[[2]string]map[string]any
	changes  []Change
	messages []Message
	calls    []OutsideCall
}

// dryRun carries out a trigger without writing or sending anything. It is nil when a
// script of its filter does not want the event.
func (s *Service) dryRun(ctx context.Context, t *model.Trigger, r *Run, rights *access.Rights, d *dry) (*Run, error) {
	x := &execution{Service: s, run: r, trigger: t, actor: rights.Actor, rights: rights, last: true, dry: d, began: s.now()}
	if d.docs == nil {
		d.docs = map[[2]string]map[string]any{}
	}
	if ok, err := x.scriptsHold(ctx); err != nil || !ok {
		return nil, err
	}
	err := x.steps(ctx)
	return x.run, err
}

// write notes what a step would do.
func (d *dry) write(ctx context.Context, x *execution, next *Run, o *outcome) error {
	if o.by != nil {
		result, err := o.by(ctx, x.call(nil), nil)
		if err != nil {
			return err
		}
		next.setResult(result)
	}
	by := x.actor
	if o.actor != nil {
		by = o.actor
	}
	events, err := d.apply(ctx, by, o.changes)
	if err != nil {
		return err
	}
	step := ""
	if n := len(next.Steps); n > 0 {
		step = next.Steps[n-1].Key
	}
	for i := range events {
		d.note(x.rights.Model, &events[i], step)
	}
	if o.message != nil {
		d.messages = append(d.messages, Message{step, o.message.To, o.message.Text})
	}
	if o.request != nil {
		d.calls = append(d.calls, OutsideCall{step, o.request.Method, o.request.URL, bodyOf(o.request.Body)})
	}
	x.run = next
	return nil
}

func (d *dry) note(m *model.Model, ev *record.Event, step string) {
	d.docs[[2]string{ev.Entity, ev.ID}] = ev.After
	c := Change{Entity: ev.Entity, ID: ev.ID, Op: ev.Op, Step: step, Fields: map[string]FromTo{}}
	for _, f := range ev.Changed {
		c.Fields[f.Key] = FromTo{wireOf(f, ev.Before[f.Key]), wireOf(f, ev.After[f.Key])}
	}
	if ev.Op == "create" && len(c.Fields) == 0 {
		for _, f := range m.Entities[ev.Entity].Fields {
			if v := ev.After[f.Key]; v != nil {
				c.Fields[f.Key] = FromTo{To: wireOf(f, v)}
			}
		}
	}
	d.changes = append(d.changes, c)
}

// docReader reads records as they are, or as they would be after the steps so far.
func (x *execution) docReader(ctx context.Context) *docReader {
	docs := newDocReader(ctx, x.o.Store)
	if x.dry != nil {
		docs.cached = maps.Clone(x.dry.docs)
	}
	return docs
}

// compileDraft gives the trigger that a dry run is about: a definition that is not in
// force, or the published trigger of a key.
func (s *Service) compileDraft(m *model.Model, definition []byte, key string) (*model.Trigger, error) {
	if len(definition) == 0 {
		t := m.Triggers[key]
		if t == nil {
			return nil, problem.New(problem.NotFound, "no_such_trigger", map[string]any{"trigger": key})
		}
		return t, nil
	}
	d, problems := schemas.Decode(definition)
	def, ok := d.(*schemas.Trigger)
	if len(problems) == 0 && !ok {
		problems = []problem.Field{problem.At("/kind", "not_allowed_value", "allowed", []string{string(schemas.KindTrigger)})}
	}
	var t *model.Trigger
	if len(problems) == 0 {
		t, problems = m.CompileTrigger(def)
	}
	if len(problems) > 0 {
		for i := range problems {
			problems[i].Path = "/definition" + problems[i].Path
		}
		return nil, problem.Of(problem.Invalid, problems...)
	}
	return t, nil
}
