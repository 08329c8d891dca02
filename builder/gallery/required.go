package gallery

import (
	"context"
	"fmt"
	"slices"

	"weft/builder"
	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/schemas"
)

// requiredInstaller installs the shipped templates that a package requires, those that
// they require first, with the options of the package.
type requiredInstaller struct {
	g       *Gallery
	by      *access.Actor
	o       InstallOptions
	visited map[string]bool
	named   []string // definitions of what was installed
	done    []builder.RequiredPackage
}

// install installs what a package requires and is not there as it is wanted. What does
// not ship with weft is left to the check of the package.
func (r *requiredInstaller) install(ctx context.Context, p *builder.Package) error {
	for _, requirement := range p.Manifest.Requires {
		key, least := schemas.Requirement(requirement)
		if r.visited[key] {
			continue
		}
		r.visited[key] = true
		required, err := r.g.Package(key)
		if problem.CodeOf(err) == problem.NotFound {
			continue
		}
		if err == nil {
			err = r.unlessThere(ctx, required, least)
		}
		if err != nil {
			return fmt.Errorf("%s, which %s requires: %w", key, p.Manifest.Key, err)
		}
	}
	return nil
}

// unlessThere installs a package unless one that serves is there, with the sample
// records of the same version where they are wanted.
func (r *requiredInstaller) unlessThere(ctx context.Context, p *builder.Package, least string) error {
	there, err := r.g.o.Builder.Package(ctx, p.Manifest.Key)
	samples := r.o.SampleData && !there.SampleData && there.Version == p.Manifest.Version
	switch {
	case err == nil && schemas.Satisfies(there.Version, least) && !samples:
		return nil
	case err != nil && problem.CodeOf(err) != problem.NotFound:
		return err
	}
	return r.one(ctx, p)
}

func (r *requiredInstaller) one(ctx context.Context, p *builder.Package) error {
	if err := r.install(ctx, p); err != nil {
		return err
	}
	o := r.o
	o.Keep, o.Take = within(p, o.Keep), within(p, o.Take)
	with, err := r.g.installOne(ctx, r.by, p, o)
	if err != nil {
		return err
	}
	r.named = append(append(r.named, o.Keep...), o.Take...)
	r.done = append(r.done, builder.RequiredPackage{Key: p.Manifest.Key, Records: with.Records, Confirmed: with.Confirmed, Awaiting: with.Awaiting})
	return nil
}

// rest are the options of the package itself: without names that were those of
// definitions it requires.
func (r *requiredInstaller) rest(p *builder.Package) InstallOptions {
	o := r.o
	own := append(within(p, o.Keep), within(p, o.Take)...)
	elsewhere := func(name string) bool { return slices.Contains(r.named, name) && !slices.Contains(own, name) }
	o.Keep = slices.DeleteFunc(slices.Clone(o.Keep), elsewhere)
	o.Take = slices.DeleteFunc(slices.Clone(o.Take), elsewhere)
	return o
}

// within are the names, as kind/key, of definitions of a package.
func within(p *builder.Package, names []string) []string {
	var list []string
	for _, d := range p.Set.All() {
		if name := string(d.DefinitionKind()) + "/" + d.DefinitionKey(); slices.Contains(names, name) {
			list = append(list, name)
		}
	}
	return list
}
