package trigger

import (
	"context"
	"time"

	"weft/runtime/model"
)

func (x *execution) wait(_ context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	if due := x.run.Resume; due != nil && x.run.Step == s.Key && x.run.Attempts == 0 {
		if !x.now().Before(*due) {
			return &outcome{result: map[string]any{"until": *due}}, nil
		}
		return &outcome{resume: due}, nil
	}
	until := time.Time{}
	if s.Until != nil {
		wire, err := s.Until.Wire(env)
		if err != nil {
			return nil, err
		}
		until = parseMoment(wire, x.o.Effect.zone())
	} else {
		var err error
		if until, err = x.o.Effect.add(x.now(), s.Def.For); err != nil {
			return nil, err
		}
	}
	if !until.After(x.now()) || x.dry != nil { // also for a date that is unset
		return &outcome{input: map[string]any{"until": until}}, nil
	}
	return &outcome{resume: &until, input: map[string]any{"until": until}}, nil
}

func (x *execution) waitFor(_ context.Context, s *model.Step, _ *model.ValueEnv) (*outcome, error) {
	waiting := x.run.Waits != "" && x.run.Step == s.Key
	switch {
	case waiting && x.woken != nil:
		woken := x.woken
		x.woken = nil
		return &outcome{result: map[string]any{"event": woken.Event, "at": woken.At}}, nil
	case waiting && x.run.Resume != nil && !x.now().Before(*x.run.Resume):
		return &outcome{result: map[string]any{"timeout": true}}, nil
	case waiting:
		return &outcome{waits: x.run.Waits, resume: x.run.Resume}, nil
	}
	o := &outcome{waits: x.recordID(), input: map[string]any{"event": s.Event.Def.Event}}
	if x.dry != nil {
		o.waits, o.stop = "", true
	}
	if s.Def.Timeout == "" {
		return o, nil
	}
	until, err := x.o.Effect.add(x.now(), s.Def.Timeout)
	o.resume = &until
	return o, err
}
