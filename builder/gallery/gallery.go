// Package gallery holds the templates that ship with weft and installs a
// template as a whole: definitions, import mappings and, where they are wanted,
// sample records.
package gallery

import (
	"context"
	"fmt"
	"io/fs"
	"sort"

	"weft/builder"
	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/transfer"
	"weft/schemas"
)

// Options of a Gallery; all must be given.
type Options struct {
	// Templates holds a folder per template, named by its key.
	Templates fs.FS
	Builder   *builder.Builder
	Transfer  *transfer.Service
	// Loader gives the loader of sample records that writes as by.
	Loader func(by *access.Actor) Loader
	// Delete deletes the records of an entity and tells how many; its error is that
	// of one that cannot be deleted.
	Delete func(ctx context.Context, by *access.Actor, entity string) (int, error)
}

// Loader loads sample records of one entity.
type Loader interface {
	// Load creates those that do not exist yet, in order, and tells how many.
	Load(ctx context.Context, entity string, rows []map[string]any) (int, error)
	// Exists tells whether a record with all values of row exists; it does not when
	// the row refers to a record that does not.
	Exists(ctx context.Context, entity string, row map[string]any) (bool, error)
}

// InstallOptions of a template.
type InstallOptions = builder.InstallOptions

// Installation is what an install or a confirmation has done.
type Installation = builder.Installation

// Gallery knows the shipped templates.
type Gallery struct{ o Options }

// New makes a Gallery.
func New(o Options) *Gallery { return &Gallery{o} }

// List gives the manifests of the shipped templates, by key.
func (g *Gallery) List() ([]*schemas.Template, error) {
	entries, err := fs.ReadDir(g.o.Templates, ".")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	var list []*schemas.Template
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		p, err := g.Package(e.Name())
		if err != nil {
			return nil, err
		}
		list = append(list, p.Manifest)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Key < list[j].Key })
	return list, nil
}

// Package reads a shipped template; not_found when there is none of that name.
func (g *Gallery) Package(name string) (*builder.Package, error) {
	if !fs.ValidPath(name) || name == "." {
		return nil, noTemplate(name)
	}
	if info, err := fs.Stat(g.o.Templates, name); err != nil || !info.IsDir() {
		return nil, noTemplate(name)
	}
	dir, err := fs.Sub(g.o.Templates, name)
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	p, problems := builder.ReadPackage(dir)
	if len(problems) > 0 {
		return nil, problem.Of(problem.Invalid, problems...)
	}
	return p, nil
}

func noTemplate(name string) error {
	return problem.New(problem.NotFound, "no_such_template", map[string]any{"name": name})
}

// Install installs a shipped template; see InstallPackage.
func (g *Gallery) Install(ctx context.Context, by *access.Actor, name string, o InstallOptions) (Installation, error) {
	p, err := g.Package(name)
	if err != nil {
		return Installation{}, err
	}
	return g.InstallPackage(ctx, by, p, o)
}

// InstallPackage publishes a package's definitions, keeps its import mappings
// and, if wanted, creates its sample records; the shipped templates that it requires
// come before it. What exists already is not created again, so an interrupted install is
// simply repeated. Role assignments of the sample data are not created before they are
// confirmed; see assignments.
func (g *Gallery) InstallPackage(ctx context.Context, by *access.Actor, p *builder.Package, o InstallOptions) (Installation, error) {
	if err := g.o.Builder.CheckReplace(ctx, p, o); err != nil {
		return Installation{}, err
	}
	r := &requiredInstaller{g: g, by: by, o: o, visited: map[string]bool{p.Manifest.Key: true}}
	if err := r.install(ctx, p); err != nil {
		return Installation{}, err
	}
	done, err := g.installOne(ctx, by, p, r.rest(p))
	done.Required = r.done
	return done, err
}

// installOne installs a package whose requirements are there.
func (g *Gallery) installOne(ctx context.Context, by *access.Actor, p *builder.Package, o InstallOptions) (Installation, error) {
	var done Installation
	var err error
	if done.Version, err = g.o.Builder.Install(ctx, by.Login, p, o); err != nil {
		return done, err
	}
	for name, document := range p.Mappings {
		if _, err := g.o.Transfer.PutMapping(ctx, by, name, document); err != nil {
			return done, fmt.Errorf("mapping %s: %w", name, err)
		}
	}
	if o.ConfirmRoles {
		done.Confirmed = p.Confirmables()
	}
	if o.SampleData {
		confirmed := func(assignment) bool { return false }
		if o.ConfirmRoles {
			confirmed = ownRole(p.Set)
			done.Confirmed = append(done.Confirmed, confirmedAssignments(p.Samples, confirmed)...)
		}
		if done.Records, err = g.loadSamples(ctx, by, p.Samples, confirmed); err != nil {
			return done, err
		}
	}
	done.Awaiting, err = g.Awaiting(ctx, by, p.Manifest.Key)
	return done, err
}

// loadSamples creates sample records in order: all but role assignments, and
// those role assignments that are confirmed.
func (g *Gallery) loadSamples(ctx context.Context, by *access.Actor, samples []builder.Sample, confirmed func(assignment) bool) (int, error) {
	records := 0
	for _, sample := range samples {
		rows := sample.Rows
		if sample.Entity == assignmentEntity {
			rows = confirmedRows(rows, confirmed)
		}
		n, err := g.o.Loader(by).Load(ctx, sample.Entity, rows)
		records += n
		if err != nil {
			return records, fmt.Errorf("sample %s: %w", sample.Name, err)
		}
	}
	return records, nil
}
