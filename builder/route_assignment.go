package builder

import (
	"context"
	"encoding/json"
	"net/http"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/request"
	"weft/schemas"
)

// RuleTrier tells whom an assignment rule would choose for a record, in the form of
// the route that assigns, without assigning.
type RuleTrier interface {
	TryRule(ctx context.Context, login string, rule *model.AssignmentRule, id string) (any, error)
}

// ruleTrial names a record and a published rule by its key, or a draft of one.
type ruleTrial struct {
	Key        string          `json:"key,omitempty"`
	Definition json.RawMessage `json:"definition,omitempty"`
	Entity     string          `json:"entity,omitempty"`
	ID         string          `json:"id"`
}

func tryAssignmentRule(b *Builder, c *requestContext) error {
	var in ruleTrial
	if err := request.ReadJSON(c.r, &in); err != nil {
		return err
	}
	rule, err := b.ruleOf(in)
	if err != nil {
		return err
	}
	if in.ID == "" {
		return problem.Of(problem.Invalid, problem.At("/id", "required"))
	}
	if in.Entity != "" && in.Entity != rule.Entity.Key {
		return problem.Of(problem.Invalid, problem.At("/entity", "not_one_of", "values", rule.Entity.Key))
	}
	answer, err := c.options.Rules.TryRule(c.r.Context(), c.login, rule, in.ID)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, answer)
}

func (b *Builder) ruleOf(in ruleTrial) (*model.AssignmentRule, error) {
	m := b.current.Model()
	if len(in.Definition) == 0 {
		if rule := m.AssignmentRules[in.Key]; rule != nil {
			return rule, nil
		}
		return nil, problem.Of(problem.Invalid, problem.At("/key", "unknown_rule", "rule", in.Key))
	}
	d, problems := schemas.Decode(in.Definition)
	def, ok := d.(*schemas.AssignmentRule)
	if len(problems) == 0 && !ok {
		problems = []problem.Field{problem.At("/kind", "not_allowed_value", "allowed", []string{string(schemas.KindAssignmentRule)})}
	}
	if len(problems) > 0 {
		for i := range problems {
			problems[i].Path = "/definition" + problems[i].Path
		}
		return nil, problem.Of(problem.Invalid, problems...)
	}
	rule, problems := m.CompileAssignmentRule(def)
	if len(problems) > 0 {
		return nil, problem.Of(problem.Invalid, problems...)
	}
	return rule, nil
}
