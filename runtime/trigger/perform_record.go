package trigger

import (
	"context"
	"maps"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/store"
)

// values computes the values of a step in wire form.
func (x *execution) values(s *model.Step, env *model.ValueEnv) (map[string]any, error) {
	out := make(map[string]any, len(s.Values))
	for _, v := range s.Values {
		wire, err := v.Value.Wire(env)
		if err != nil {
			return nil, problem.Of(problem.Invalid, problem.At(problem.Pointer("values", v.Field.Key), "bad_step_value"))
		}
		out[v.Field.Key] = wire
	}
	return out, nil
}

func (x *execution) set(_ context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	values, err := x.values(s, env)
	if err != nil {
		return nil, err
	}
	return &outcome{
		changes: []record.Operation{{Op: "update", Entity: s.Record.Key, ID: x.recordID(), Values: values}},
		input:   map[string]any{"values": values},
	}, nil
}

func (x *execution) create(_ context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	values, err := x.values(s, env)
	if err != nil {
		return nil, err
	}
	given := maps.Clone(values)
	maps.DeleteFunc(given, func(_ string, v any) bool { return v == nil })
	id := newID()
	return &outcome{
		changes: []record.Operation{{Op: "create", Entity: s.Entity.Key, ID: id, Values: given}},
		input:   map[string]any{"entity": s.Entity.Key, "values": values},
		result:  map[string]any{"id": id},
	}, nil
}

func (x *execution) move(_ context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	values, err := x.values(s, env)
	if err != nil {
		return nil, err
	}
	to, err := textOf(s.To[0], env)
	if err != nil {
		return nil, err
	}
	reason := ""
	if s.Reason != nil {
		if reason, err = textOf(s.Reason, env); err != nil {
			return nil, err
		}
	}
	return &outcome{
		changes: []record.Operation{{Op: "transition", Entity: s.Record.Key, ID: x.recordID(), To: to, Values: values, Comment: reason}},
		input:   map[string]any{"to": to, "values": values, "reason": reason},
	}, nil
}

// textOf is a value as a text.
func textOf(v *model.Value, env *model.ValueEnv) (string, error) {
	wire, err := v.Wire(env)
	s, ok := wire.(string)
	if err != nil || !ok && wire != nil {
		return "", problem.New(problem.Invalid, "bad_step_value", nil)
	}
	return s, nil
}

func (x *execution) assign(_ context.Context, s *model.Step, _ *model.ValueEnv) (*outcome, error) {
	if x.o.Assigner == nil {
		return nil, problem.New(problem.Invalid, "step_without_part", map[string]any{"type": string(s.Def.Type)})
	}
	return &outcome{
		input: map[string]any{"rule": s.Def.Rule},
		by: func(ctx context.Context, c record.Call, ops func(any) ([]store.Op, error)) (any, error) {
			return x.o.Assigner.Assign(ctx, Assignment{Call: c, Rule: s.Def.Rule, Entity: s.Record.Key, Record: x.recordID(), DryRun: x.dry != nil, Ops: ops})
		},
	}, nil
}
