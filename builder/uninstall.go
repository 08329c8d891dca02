package builder

import (
	"context"

	"weft/runtime/problem"
	"weft/runtime/store/table"
	"weft/schemas"
)

// Uninstall publishes the current definitions without those of an installed
// package. Records of its entities stay, out of sight, until an entity of the same
// key is published again; what other packages add to definitions stays as well, and
// what waits for the package is no longer in force. It fails with problem not_found, and
// invalid when another package requires it or other definitions need its own.
func (b *Builder) Uninstall(ctx context.Context, by, key string) (int64, error) {
	ctx, unlock, err := b.lockPublishing(ctx)
	if err != nil {
		return 0, err
	}
	defer unlock()
	row, err := b.uninstallable(ctx, key)
	if err != nil {
		return 0, err
	}
	waiting, err := b.withheldBy(ctx, key)
	if err != nil {
		return 0, err
	}
	p := publication{by: by, cause: "uninstall", of: key, set: b.without(row), force: true, keep: true}
	p.ops = append(p.ops, packages.Delete(row))
	for _, d := range waiting {
		p.ops = append(p.ops, table.Delete(withheldCollection, name(d)))
	}
	return b.publishLocked(ctx, p)
}

// CheckUninstall finds what would keep a package from being uninstalled.
func (b *Builder) CheckUninstall(ctx context.Context, key string) error {
	row, err := b.uninstallable(ctx, key)
	if err != nil {
		return err
	}
	problems, _, err := b.check(ctx, publication{set: b.without(row), force: true, keep: true})
	if err == nil && len(problems) > 0 {
		err = problem.Of(problem.Invalid, problems...)
	}
	return err
}

// uninstallable finds an installed package that no other one requires.
func (b *Builder) uninstallable(ctx context.Context, key string) (Installed, error) {
	row, err := b.Package(ctx, key)
	if err != nil {
		return row, err
	}
	if needed := b.neededBy(key); len(needed) > 0 {
		return row, problem.Of(problem.Invalid, needed...)
	}
	return row, nil
}

// without gives the published definitions without those of a package.
func (b *Builder) without(p Installed) *schemas.Set {
	set := &schemas.Set{}
	for _, d := range b.Published().All() {
		if _, own := p.Definitions[name(d)]; !own {
			set.Add(d)
		}
	}
	return set
}
