package app

import (
	"context"

	"weft/runtime/model"
)

// ruleTrier tries assignment rules for the builder's routes.
type ruleTrier struct{ *App }

// TryRule implements builder.RuleTrier.
func (r ruleTrier) TryRule(ctx context.Context, login string, rule *model.AssignmentRule, id string) (any, error) {
	actor, err := r.Access.ActorOf(ctx, login)
	if err != nil {
		return nil, err
	}
	return r.Assign.Try(ctx, actor, rule, id)
}
