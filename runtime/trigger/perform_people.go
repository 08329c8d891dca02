package trigger

import (
	"context"
	"slices"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/store"
)

// people finds the users that a task or message is for, each once, in order.
func (x *execution) people(ctx context.Context, list []*model.Recipient, env *model.ValueEnv) ([]string, error) {
	var ids []string
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, r := range list {
		if r.Role != "" {
			holders, err := x.holders(ctx, r.Role)
			if err != nil {
				return nil, err
			}
			for _, id := range holders {
				add(id)
			}
			continue
		}
		wire, err := r.Value.Wire(env)
		if err != nil {
			return nil, err
		}
		found := texts(wire)
		if r.Department {
			if found, err = x.members(ctx, found); err != nil {
				return nil, err
			}
		}
		for _, id := range found {
			add(id)
		}
	}
	return ids, nil
}

// texts are the texts in a wire value: itself, or the items of a list.
func texts(wire any) []string {
	switch v := wire.(type) {
	case string:
		return []string{v}
	case []string:
		return v
	case []any:
		var out []string
		for _, item := range v {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

func (x *execution) notify(ctx context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	if x.o.Notifier == nil {
		return nil, problem.New(problem.Invalid, "step_without_part", map[string]any{"type": string(s.Def.Type)})
	}
	to, err := x.people(ctx, s.People, env)
	if err != nil {
		return nil, err
	}
	text := s.Text.Title(env)
	n := Notification{To: to, Text: text, Entity: x.entityKey(s), Record: x.recordID(), Cause: x.run.ID, Channels: s.Def.Channels, At: x.now()}
	var ops []store.Op
	if x.dry == nil {
		ops, err = x.o.Notifier.NotifyOps(ctx, n)
	}
	return &outcome{ops: ops, message: &n, input: map[string]any{"to": to, "text": text}, result: map[string]any{"people": len(to)}}, err
}

func (x *execution) entityKey(s *model.Step) string {
	if s.Record == nil {
		return ""
	}
	return s.Record.Key
}
