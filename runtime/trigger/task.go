package trigger

import (
	"context"
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
)

// Task is a task that a step makes for a person, about a record.
type Task struct {
	Title          string
	User           string
	Due            *time.Time
	Must           bool
	Entity, Record string
}

// TaskValues gives the record of the built-in entity task that stands for a Task.
type TaskValues func(t Task) map[string]any

// task makes a task for each person.
func (x *execution) task(ctx context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	if x.o.TaskValues == nil {
		return nil, problem.New(problem.Invalid, "step_without_part", map[string]any{"type": string(s.Def.Type)})
	}
	to, err := x.people(ctx, s.People, env)
	if err != nil {
		return nil, err
	}
	t := Task{Title: s.Title.In(env.Lang, env), Must: s.Def.Must, Entity: x.entityKey(s), Record: x.recordID()}
	if t.Due, err = x.dueTime(s, env); err != nil {
		return nil, err
	}
	o := &outcome{input: map[string]any{"to": to, "title": t.Title}}
	if t.Due != nil {
		o.input.(map[string]any)["due"] = *t.Due
	}
	var ids []string
	for _, user := range to {
		t.User = user
		id := newID()
		ids = append(ids, id)
		o.changes = append(o.changes, record.Operation{Op: "create", Entity: "task", ID: id, Values: x.o.TaskValues(t)})
	}
	if len(ids) > 0 {
		o.result = map[string]any{"id": ids[0], "ids": ids}
	}
	return o, nil
}

// dueTime is when a task is due; nil for no time.
func (x *execution) dueTime(s *model.Step, env *model.ValueEnv) (*time.Time, error) {
	var at time.Time
	switch {
	case s.DueIn != "":
		var err error
		if at, err = x.o.Effect.add(x.now(), s.DueIn); err != nil {
			return nil, err
		}
	case s.Due != nil:
		wire, err := s.Due.Wire(env)
		if err != nil {
			return nil, err
		}
		at = parseMoment(wire, x.o.Effect.zone())
	}
	if at.IsZero() {
		return nil, nil
	}
	return &at, nil
}
