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
	// Load makes sample records of one entity, in order, and tells how many;
	// those that are there already are left out.
	Load func(ctx context.Context, by *access.Actor, entity string, rows []map[string]any) (int, error)
}

// InstallOptions of a template.
type InstallOptions struct {
	// SampleData makes the template's sample records.
	SampleData bool
	builder.InstallOptions
}

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
func (g *Gallery) Install(ctx context.Context, by *access.Actor, name string, sampleData, confirmRoles bool) (version int64, records int, err error) {
	p, err := g.Package(name)
	if err != nil {
		return 0, 0, err
	}
	return g.InstallPackage(ctx, by, p, InstallOptions{SampleData: sampleData, InstallOptions: builder.InstallOptions{ConfirmRoles: confirmRoles}})
}

// InstallPackage publishes a package's definitions, keeps its import mappings
// and, if wanted, creates its sample records. It returns the published version and
// how many records were made. What is there already is not made again, so an
// install that was cut off is simply repeated.
func (g *Gallery) InstallPackage(ctx context.Context, by *access.Actor, p *builder.Package, o InstallOptions) (version int64, records int, err error) {
	version, err = g.o.Builder.Install(ctx, by.Login, p, o.InstallOptions)
	if err != nil {
		return 0, 0, err
	}
	for name, document := range p.Mappings {
		if _, err := g.o.Transfer.PutMapping(ctx, by, name, document); err != nil {
			return 0, 0, fmt.Errorf("mapping %s: %w", name, err)
		}
	}
	if !o.SampleData {
		return version, 0, nil
	}
	for _, sample := range p.Samples {
		n, err := g.o.Load(ctx, by, sample.Entity, sample.Rows)
		records += n
		if err != nil {
			return version, records, fmt.Errorf("sample %s: %w", sample.Name, err)
		}
	}
	return version, records, nil
}
