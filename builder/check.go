package builder

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// Check finds everything that would keep set from being published, without
// publishing it.
func (b *Builder) Check(ctx context.Context, set *schemas.Set, force bool) ([]problem.Field, error) {
	_, problems := model.Compile(set, 0)
	lost, err := b.vanished(ctx, set, force)
	if err != nil {
		return nil, err
	}
	return append(problems, lost...), nil
}
