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
	waiting, err := b.outOfForce(p.set)
	if err != nil {
		return nil, nil, err
	}
	warnings = append(warnings, waiting...)
	problems = append(problems, refused...)
	if m != nil && len(problems) == 0 {
		problems, err = b.doubles(ctx, m)
	}
	return problems, warnings, err
}

// outOfForce warns of definitions that stay and no longer work, because a package that
// they wait for goes.
func (b *Builder) outOfForce(set *schemas.Set) ([]problem.Field, error) {
	changes, err := diff(b.Published(), set)
	var warnings []problem.Field
	for _, c := range changes {
		if c.Op == changeOutOfForce {
			warnings = append(warnings, problem.At(problem.Pointer(c.Kind, c.Key), c.Op, "key", c.Key))
		}
	}
	return warnings, err
}
