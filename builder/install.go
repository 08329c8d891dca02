package builder

import (
	"cmp"
	"context"
	"slices"

	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/schemas"
)

// InstallOptions of Install.
type InstallOptions struct {
	// ConfirmRoles lets the package's roles give rights, and its triggers and
	// scripts run, at once; otherwise they wait for Confirm.
	ConfirmRoles bool
	// Replace allows an installed package to be replaced by one that differs.
	Replace bool
	// Overwrite takes the package's side for all definitions that were changed here.
	Overwrite bool
	// Keep and Take name definitions, as kind/key, that both the package and this
	// installation have: the present one is kept, or the package's one taken.
	Keep, Take []string
	// SampleData remembers that the sample records are wanted; see Installed.
	SampleData bool
}

func (o InstallOptions) keeps(d schemas.Definition) bool { return slices.Contains(o.Keep, name(d)) }

// takes tells whether the package's side is wanted; owned, whether the installed
// package has the definition, too.
func (o InstallOptions) takes(d schemas.Definition, owned bool) bool {
	return o.Overwrite && owned || slices.Contains(o.Take, name(d))
}

// check finds names in Keep and Take that the package does not have.
func (o InstallOptions) check(p *Package) []problem.Field {
	var problems []problem.Field
	known := map[string]bool{}
	for _, d := range p.Set.All() {
		known[name(d)] = true
	}
	for option, names := range map[string][]string{"keep": o.Keep, "take": o.Take} {
		for i, n := range names {
			if !known[n] {
				problems = append(problems, problem.At(problem.Pointer(option, i), "not_in_package", "name", n))
			} else if option == "keep" && slices.Contains(o.Take, n) {
				problems = append(problems, problem.At(problem.Pointer(option, i), "kept_and_taken", "name", n))
			}
		}
	}
	return problems
}

// Install merges a package into the published definitions and publishes the
// result. It fails with problem invalid when the result does not compile, when a
// definition of the package has the kind and key of one that the package does
// not own, or when both the package and this installation have changed one. A
// definition that was changed only here stays. An installed package is replaced
// by a different one of the same key only with o.Replace, else the problem is
// conflict and lists the differences. Installing an unchanged package again makes
// no new version.
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
	if err := b.mayReplace(p, before, o); err != nil {
		return 0, err
	}
	own, err := b.ownership(ctx, p, o)
	if err != nil {
		return 0, err
	}
	merged, problems, err := b.merge(p, before, own, o)
	if err != nil {
		return 0, err
	}
	problems = append(problems, own.extensionProblems(p, merged)...)
	if problems = append(o.check(p), problems...); len(problems) > 0 {
		return 0, problem.Of(problem.Invalid, problems...)
	}
	pub := publication{by: by, cause: "install", of: p.Manifest.Key, set: merged}
	if pub.ops, err = b.confirmOrWithhold(ctx, p, merged, own, o); err != nil {
		return 0, err
	}
	changes, err := diff(b.Published(), merged)
	if err != nil {
		return 0, err
	}
	if len(changes) == 0 && !o.alters(before, p) && len(pub.ops) == 0 {
		return b.version(), nil
	}
	entry, err := b.installedRow(by, p, before, own, o)
	if err != nil {
		return 0, err
	}
	moved, err := own.ops(p)
	if err != nil {
		return 0, err
	}
	pub.ops = append(append(pub.ops, entry), moved...)
	return b.publishLocked(ctx, pub)
}

// CheckReplace refuses a package that differs from the installed one of its key, as
// Install does.
func (b *Builder) CheckReplace(ctx context.Context, p *Package, o InstallOptions) error {
	before, err := b.installed(ctx, p.Manifest.Key)
	if err != nil {
		return err
	}
	return b.mayReplace(p, before, o)
}

// mayReplace refuses a package that differs from the installed one of its key,
// unless that was asked for.
func (b *Builder) mayReplace(p *Package, before Installed, o InstallOptions) error {
	if before.Rev == 0 || o.Replace || o.Overwrite || len(o.Keep)+len(o.Take) > 0 {
		return nil
	}
	difference, err := packageDifference(p, before)
	if err != nil || len(difference) == 0 {
		return err
	}
	e := problem.New(problem.Conflict, "package_differs", map[string]any{"key": p.Manifest.Key, "version": before.Version})
	e.Fields = difference
	return e
}

// alters tells whether the row of the installed package changes although no
// definition does.
func (o InstallOptions) alters(before Installed, p *Package) bool {
	return before.Version != p.Manifest.Version || o.SampleData && !before.SampleData || len(o.Keep)+len(o.Take) > 0
}

// confirmOrWithhold gives the operations that delete the package's unconfirmed
// definitions, when all are confirmed now, or store them.
func (b *Builder) confirmOrWithhold(ctx context.Context, p *Package, merged *schemas.Set, own *ownership, o InstallOptions) ([]store.Op, error) {
	if !o.ConfirmRoles {
		return b.withhold(ctx, p, merged)
	}
	return b.confirmedOps(ctx, p, own)
}

// merge merges the definitions of the package into the published ones.
func (b *Builder) merge(p *Package, before Installed, own *ownership, o InstallOptions) (*schemas.Set, []problem.Field, error) {
	published := b.Published()
	merged := published.Clone()
	var problems []problem.Field
	for _, d := range p.Set.All() {
		old, ok := published.Get(d.DefinitionKind(), d.DefinitionKey())
		if !ok {
			merged.Add(d)
			continue
		}
		winner, code, err := choose(old, d, cmp.Or(before.Definitions[name(d)], own.brought(name(d))), o)
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
	case o.keeps(new):
		return old, "", nil
	case o.takes(new, brought != ""):
		return new, "", nil
	case brought == "":
		return nil, "not_of_package", nil
	case publishedWithoutGrants(old, new):
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
