package trigger

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// performers are the functions of the types of steps.
var performers = map[schemas.StepType]func(x *execution, ctx context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error){
	schemas.StepSet: (*execution).set, schemas.StepCreate: (*execution).create, schemas.StepUpdate: (*execution).many,
	schemas.StepDelete: (*execution).many, schemas.StepMove: (*execution).move, schemas.StepAssign: (*execution).assign,
	schemas.StepTask: (*execution).task, schemas.StepNotify: (*execution).notify, schemas.StepCall: (*execution).callOut,
	schemas.StepScript: (*execution).script, schemas.StepWait: (*execution).wait, schemas.StepWaitFor: (*execution).waitFor,
	schemas.StepBranch: (*execution).branch, schemas.StepEach: (*execution).each,
	schemas.StepStop: func(*execution, context.Context, *model.Step, *model.ValueEnv) (*outcome, error) {
		return &outcome{stop: true}, nil
	},
}

func (x *execution) perform(ctx context.Context, s *model.Step) (*outcome, error) {
	env, err := x.env(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := x.seen(s, env); err != nil {
		return nil, err
	}
	do := performers[s.Def.Type]
	if do == nil {
		return nil, problem.New(problem.Invalid, "no_such_step", map[string]any{"type": string(s.Def.Type)})
	}
	return do(x, ctx, s, env)
}

func (x *execution) branch(ctx context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	whole, err := x.wholeEnv(ctx, env)
	if err != nil {
		return nil, err
	}
	for i, c := range s.Cases {
		ok, err := c.Where.Holds(whole, x.related(ctx, x.recordID(), whole))
		if err != nil {
			return nil, err
		}
		if ok {
			return &outcome{enter: &Frame{Step: s.Key, List: model.CaseList(i)}, result: map[string]any{"case": i}}, nil
		}
	}
	return &outcome{enter: &Frame{Step: s.Key, List: "else"}, result: map[string]any{"case": "else"}}, nil
}
