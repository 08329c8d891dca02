package record

import (
	"context"

	"weft/runtime/problem"
	"weft/schemas"
)

// RuleChange is what a rule of the organisation makes of a record, for a caller who
// may have it applied: which fields the caller may write does not matter.
type RuleChange struct {
	Entity, ID string
	// Right is the operation that the caller must be allowed on the record.
	Right  schemas.Operation
	Values map[string]any // wire form
	// Entries are new records that the rule makes in the same commit.
	Entries []RuleEntry
}

// RuleEntry is a new record that a rule makes.
type RuleEntry struct {
	Entity string
	Values map[string]any // wire form
}

// ApplyRule makes the change of a rule in one commit; the moves between stages
// remain a right of the caller. The result is that of the record. Errors: those of
// Update.
func (s *Service) ApplyRule(ctx context.Context, c Call, r RuleChange) (*Result, error) {
	return s.runOne(ctx, c, func(ctx context.Context, cs *changeset) (*change, error) {
		ch, err := cs.open(ctx, r.Entity, r.ID, r.Right)
		if err != nil {
			return nil, err
		}
		if ch.op == "" {
			ch.op = opUpdate
		}
		ch.byRule = true
		if err := cs.applyInput(ctx, ch, r.Values); err != nil {
			return nil, err
		}
		for _, entry := range r.Entries {
			if err := cs.addRuleEntry(ctx, entry); err != nil {
				return nil, err
			}
		}
		return ch, nil
	})
}

func (cs *changeset) addRuleEntry(ctx context.Context, entry RuleEntry) error {
	e, ok := cs.model.Entity(entry.Entity)
	if !ok || e.OnlyRead() {
		return problem.New(problem.NotFound, "no_such_entity", map[string]any{"entity": entry.Entity})
	}
	ch := cs.newChange(e)
	ch.direct, ch.byRule = true, true
	return cs.applyInput(ctx, ch, entry.Values)
}
