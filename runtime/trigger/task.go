package trigger

import (
	"context"
	"maps"
	"time"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record"
)

// taskTitleLength is how long the title of a task may be, in characters.
const taskTitleLength = 255

// task makes a task for each person, about the record.
func (x *execution) task(ctx context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	to, err := x.people(ctx, s.People, env)
	if err != nil {
		return nil, err
	}
	due, err := x.dueTime(s, env)
	if err != nil {
		return nil, err
	}
	values := map[string]any{"title": shortened(s.Title.In(env.Lang, env), taskTitleLength)}
	if s.Record != nil {
		values["entity"], values["record"] = s.Record.Key, x.recordID()
	}
	if due != nil {
		values["due"] = query.FormatInstant(*due)
	}
	if s.Def.Must {
		values["must"] = true
	}
	if s.Def.Where != nil {
		values["condition"] = string(s.Def.Where)
	}
	o := &outcome{input: map[string]any{"to": to, "values": values}}
	ids := make([]string, len(to))
	for i, user := range to {
		ids[i] = newID()
		task := maps.Clone(values)
		task["owner"] = user
		o.changes = append(o.changes, record.Operation{Op: "create", Entity: s.Entity.Key, ID: ids[i], Values: task})
	}
	if len(ids) > 0 {
		o.result = map[string]any{"id": ids[0], "ids": ids}
	}
	return o, nil
}

// shortened is a text cut to so many characters.
func shortened(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
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
