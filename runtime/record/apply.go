package record

import (
	"context"
	"fmt"
	"maps"

	"weft/runtime/problem"
	"weft/schemas"
)

// Operation is one of several changes that are committed together.
type Operation struct {
	// Op is create, update, delete, restore or transition.
	Op     string
	Entity string
	// ID names the record; for a create it is the new record's id, "" for one
	// that the service chooses.
	ID      string
	IfMatch int64          // the revision that the caller saw, 0 for none
	Values  map[string]any // wire form: create, update, transition
	// To and Comment are those of a transition.
	To, Comment string
}

// Apply makes several changes in one commit: all of them or none. Each one sees
// what those before it have changed. Paths of problems begin with the position of
// the operation, e.g. "/0/name"; problems that are not about a field carry it in
// Extra["operation"]. Results follow the order of ops. Errors are those of the
// single changes.
func (s *Service) Apply(ctx context.Context, c Call, ops []Operation) ([]Result, error) {
	return s.run(ctx, c, func(ctx context.Context, cs *changeset) ([]*change, error) {
		roots := make([]*change, len(ops))
		for i, op := range ops {
			ch, err := cs.applyOperation(ctx, op, problem.Pointer(i))
			if err != nil {
				return nil, atOperation(err, i)
			}
			roots[i] = ch
		}
		return roots, nil
	})
}

func atOperation(err error, i int) error {
	p := problem.As(err)
	if p == nil {
		return fmt.Errorf("operation %d: %w", i, err)
	}
	at := *p
	at.Fields = nil
	for _, f := range p.Fields {
		f.Path = problem.Pointer(i) + f.Path
		at.Fields = append(at.Fields, f)
	}
	at.Extra = map[string]any{"operation": i}
	maps.Copy(at.Extra, p.Extra)
	return &at
}

// applyOperation applies one operation; base is the path of its values.
func (cs *changeset) applyOperation(ctx context.Context, op Operation, base string) (*change, error) {
	cs.base, cs.call.IfMatch, cs.deletion = base, op.IfMatch, ""
	switch op.Op {
	case opCreate:
		if op.ID != "" {
			cs.ids = append([]string{op.ID}, cs.ids...)
		}
		ch, err := cs.create(op.Entity)
		if err != nil {
			return nil, err
		}
		return ch, cs.applyInput(ctx, ch, op.Values)
	case opUpdate:
		return cs.update(ctx, op.Entity, op.ID, op.Values)
	case opDelete:
		return cs.delete(ctx, op.Entity, op.ID)
	case opRestore:
		return cs.restore(ctx, op.Entity, op.ID)
	case "transition":
		return cs.transition(ctx, op.Entity, op.ID, op.To, op.Values, op.Comment)
	}
	return nil, requestProblem("/op", "unknown_operation", "op", op.Op)
}

// update applies a merge patch to a record that the caller names.
func (cs *changeset) update(ctx context.Context, entity, id string, patch map[string]any) (*change, error) {
	ch, err := cs.open(ctx, entity, id, schemas.OpUpdate)
	if err != nil {
		return nil, err
	}
	return ch, cs.applyInput(ctx, ch, patch)
}
