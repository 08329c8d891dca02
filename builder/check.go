package builder

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// Check finds everything that would keep set from being published, without
// publishing it, and warnings that do not.
func (b *Builder) Check(ctx context.Context, set *schemas.Set, force bool) (problems, warnings []problem.Field, err error) {
	m, problems := model.Compile(set, 0)
	if m != nil {
		warnings = m.Warnings
	}
	lost, err := b.lossProblems(ctx, set, force)
	if err != nil {
		return nil, nil, err
	}
	return append(problems, lost...), warnings, nil
}
