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
	return b.check(ctx, publication{set: set, force: force})
}

func (b *Builder) check(ctx context.Context, p publication) (problems, warnings []problem.Field, err error) {
	m, problems := model.Compile(p.set, 0)
	if m != nil {
		warnings = m.Warnings
	}
	_, refused, err := b.consequences(ctx, &p)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range p.conversions {
		if r.Unfit == 0 || p.force {
			warnings = append(warnings, r.warning())
		}
	}
	problems = append(problems, refused...)
	if m != nil && len(problems) == 0 {
		problems, err = b.doubles(ctx, m)
	}
	return problems, warnings, err
}
