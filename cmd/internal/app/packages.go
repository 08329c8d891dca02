package app

import (
	"context"

	"weft/builder"
	"weft/builder/gallery"
	"weft/runtime/access"
	"weft/runtime/api"
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
