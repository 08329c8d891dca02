package builder

import (
	"context"

	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/runtime/store/table"
	"weft/schemas"
)

// InstallOptions of Install.
type InstallOptions struct {
	// ConfirmRoles lets the package's roles give rights, and its triggers and
	// scripts run, at once; otherwise they wait for Confirm.
	ConfirmRoles bool
	// Overwrite replaces definitions that were changed here since the package
	// was installed.
	Overwrite bool
}

// Install merges a package into the published definitions and publishes the
// result. It fails with problem invalid when the result does not compile, when a
// definition of the package has the kind and key of one that the package does
// not own, or when both the package and this installation have changed one. A
// definition that was changed only here stays. Installing an unchanged package
// again makes no new version.
func (b *Builder) Install(ctx context.Context, by string, p *Package, o InstallOptions) (int64, error) {
	ctx, unlock, err := b.lockPublishing(ctx)
	if err != nil {
		return 0, err
	}
	defer unlock()
	before, err := b.installed(ctx, p.Manifest.Key)
	if err != nil {
		return 0, err
	}
	merged, problems, err := b.merge(p, before, o)
	if err != nil {
		return 0, err
	}
	if len(problems) > 0 {
		return 0, problem.Of(problem.Invalid, problems...)
	}
	pub := publication{by: by, cause: "install", of: p.Manifest.Key, set: merged}
	if pub.ops, err = b.confirmOrWithhold(ctx, p, merged, o); err != nil {
		return 0, err
	}
	changes, err := diff(b.publishedSet(), merged)
	if err != nil {
		return 0, err
	}
	if len(changes) == 0 && before.Version == p.Manifest.Version && len(pub.ops) == 0 {
		return b.version(), nil
	}
	entry, err := b.installedRow(by, p, before)
	if err != nil {
		return 0, err
	}
	pub.ops = append(pub.ops, entry)
	return b.publishLocked(ctx, pub)
}

// confirmOrWithhold gives the operations that delete the package's unconfirmed
// definitions, when all are confirmed now, or store them.
func (b *Builder) confirmOrWithhold(ctx context.Context, p *Package, merged *schemas.Set, o InstallOptions) ([]store.Op, error) {
	if !o.ConfirmRoles {
		return b.withhold(ctx, p, merged)
	}
	waiting, err := b.withheldBy(ctx, p.Manifest.Key)
	if err != nil {
		return nil, err
	}
	var ops []store.Op
	for _, d := range waiting {
		ops = append(ops, table.Delete(withheldCollection, name(d)))
	}
	return ops, nil
}

// merge merges the definitions of the package into the published ones.
func (b *Builder) merge(p *Package, before Installed, o InstallOptions) (*schemas.Set, []problem.Field, error) {
	published := b.publishedSet()
	merged := published.Clone()
	var problems []problem.Field
	for _, d := range p.Set.All() {
		old, ok := published.Get(d.DefinitionKind(), d.DefinitionKey())
		if !ok {
			merged.Add(d)
			continue
		}
		winner, code, err := choose(old, d, before.Definitions[name(d)], o)
		if err != nil {
			return nil, nil, err
		}
		if code != "" {
			at := problem.Pointer(d.DefinitionKind(), d.DefinitionKey())
			problems = append(problems, problem.At(at, code, "key", d.DefinitionKey()))
			continue
		}
		merged.Add(winner)
	}
	return merged, problems, nil
}

// choose decides between the published definition and the package's. brought is
// the digest of the definition in the installed version of the package, "" for none.
func choose(old, new schemas.Definition, brought string, o InstallOptions) (schemas.Definition, string, error) {
	have, err := digest(old)
	if err != nil {
		return nil, "", err
	}
	want, err := digest(new)
	if err != nil {
		return nil, "", err
	}
	switch {
	case have == want || have == brought:
		return new, "", nil
	case brought == "":
		return nil, "not_of_package", nil
	case o.Overwrite || publishedWithoutGrants(old, new):
		return new, "", nil
	case want == brought:
		return old, "", nil
	}
	return nil, "changed_here", nil
}

// publishedWithoutGrants tells whether old is a role that was published without its grants
// because they were not confirmed: that is no change of this installation.
func publishedWithoutGrants(old, new schemas.Definition) bool {
	r, ok := old.(*schemas.Role)
	_, same := new.(*schemas.Role)
	return ok && same && len(r.Grants) == 0
}
