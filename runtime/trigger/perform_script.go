package trigger

import (
	"context"
	"encoding/json"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// script runs the function of a script about the record of the step.
func (x *execution) script(ctx context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	answer, err := x.runScript(ctx, s.Def.Script, x.entityKey(s), env)
	if err != nil {
		return nil, err
	}
	return &outcome{actor: answer.Actor, changes: answer.Operations, result: answer.Result}, nil
}

func (x *execution) runScript(ctx context.Context, key, entity string, env *model.ValueEnv) (*ScriptAnswer, error) {
	if x.o.Scripts == nil {
		return nil, problem.New(problem.Invalid, "step_without_part", map[string]any{"type": string(schemas.StepScript)})
	}
	c := ScriptCall{Key: key, Actor: x.actor, Entity: entity, ID: x.recordID(), Input: env.Input, Results: env.Results, DryRun: x.dry != nil}
	if c.ID == x.run.Record {
		c.Old = x.run.Old
	}
	if c.ID != "" && (x.dry != nil || x.run.Event == schemas.EventDeleted) {
		docs := x.docReader(ctx)
		if c.Record = docs.get(entity, c.ID); c.Record == nil {
			c.Record = x.run.Old
		}
		if docs.err != nil {
			return nil, docs.err
		}
	}
	return x.o.Scripts.RunStep(ctx, c)
}

// scriptsHold asks the scripts of the trigger's filter: each must return something
// that JavaScript takes for true, and must change nothing.
func (x *execution) scriptsHold(ctx context.Context) (bool, error) {
	for _, key := range x.trigger.Scripts {
		answer, err := x.runScript(ctx, key, x.run.Entity, &model.ValueEnv{Input: x.run.Input})
		if err != nil {
			return false, err
		}
		if len(answer.Operations) > 0 {
			return false, problem.New(problem.Invalid, "script_condition_writes", map[string]any{"script": key})
		}
		if !truthy(answer.Result) {
			return false, nil
		}
	}
	return true, nil
}

// truthy is what JavaScript takes for true.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case json.Number:
		f, err := v.Float64()
		return err != nil || f != 0
	}
	return true
}
