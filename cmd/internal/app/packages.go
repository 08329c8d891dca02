package app

import (
	"context"
	"errors"

	"weft/builder"
	"weft/builder/gallery"
	"weft/runtime/access"
	"weft/runtime/api"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/schemas"
)

// packageInstaller installs uploaded packages for the builder's routes, with
// their mappings and sample data.
type packageInstaller struct{ *App }

func (p packageInstaller) Install(ctx context.Context, login string, pkg *builder.Package, o builder.InstallOptions) (builder.Installation, error) {
	by, err := p.Access.ActorOf(ctx, login)
	if err != nil {
		return builder.Installation{}, err
	}
	return p.Gallery.InstallPackage(ctx, by, pkg, o)
}

func (p packageInstaller) Confirm(ctx context.Context, login, key string, names []string) (builder.Installation, error) {
	by, err := p.Access.ActorOf(ctx, login)
	if err != nil {
		return builder.Installation{}, err
	}
	return p.Gallery.Confirm(ctx, by, key, names)
}

func (p packageInstaller) Awaiting(ctx context.Context, login, key string) ([]builder.Confirmable, error) {
	by, err := p.Access.ActorOf(ctx, login)
	if err != nil {
		return nil, err
	}
	return p.Gallery.Awaiting(ctx, by, key)
}

// deleteRecords deletes all records of an entity that nothing keeps from it, and
// tells how many; the error is that of the last one that stays.
func (a *App) deleteRecords(ctx context.Context, by *access.Actor, entity string) (deleted int, left error) {
	for d, err := range store.Each(ctx, a.Store, entity, store.Find{Limit: 500, IDsOnly: true}) {
		if err != nil {
			return deleted, errors.Join(err, left)
		}
		switch _, err := a.Records.Delete(ctx, record.Call{Actor: by, Source: record.SourceAPI}, entity, d.ID); problem.CodeOf(err) {
		case "":
			deleted++
		case problem.NotFound: // it went with another one
		case problem.Referenced:
			left = err
		default:
			return deleted, err
		}
	}
	return deleted, left
}

// shippedTemplates installs the templates that ship with weft for the API.
type shippedTemplates struct{ *gallery.Gallery }

// List returns the manifests, by key.
func (s shippedTemplates) List() ([]*schemas.Template, error) { return s.Gallery.List() }

// Install installs a template. The confirmation of its roles is also one that it
// may replace an installed package of its key.
func (s shippedTemplates) Install(ctx context.Context, by *access.Actor, name string, o api.InstallOptions) (any, error) {
	return s.Gallery.Install(ctx, by, name, builder.InstallOptions{
		SampleData: o.SampleData, ConfirmRoles: o.ConfirmRoles, Replace: o.Replace || o.ConfirmRoles, Keep: o.Keep, Take: o.Take,
	})
}

// Uninstall removes an installed package.
func (s shippedTemplates) Uninstall(ctx context.Context, by *access.Actor, name string, removeData bool) (any, error) {
	return s.Gallery.Uninstall(ctx, by, name, removeData)
}
