package builder

import (
	"context"

	"weft/runtime/problem"
	"weft/schemas"
)

// Awaiting is a part of a package that has no effect until an administrator
// confirms it.
type Awaiting struct {
	// Kind is role, trigger or script, or role_assignment for one of the sample data.
	Kind schemas.Kind `json:"kind"`
	// Key is login/role for a role assignment.
	Key   string         `json:"key"`
	Title *schemas.Title `json:"title,omitempty"`
}

// Installation is what an install or a confirmation of a package has done.
type Installation struct {
	Version int64 `json:"version"` // published
	Records int   `json:"records"` // sample records that were created
	// Awaiting are the parts of the package without effect until they are confirmed.
	Awaiting []Awaiting `json:"awaiting,omitempty"`
}

// AssignmentKind is the Kind of a role assignment of the sample data.
const AssignmentKind schemas.Kind = "role_assignment"

// Name is "kind/key", by which a confirmation names it.
func (a Awaiting) Name() string { return string(a.Kind) + "/" + a.Key }

// Awaiting lists the definitions of a package that are not confirmed.
func (b *Builder) Awaiting(ctx context.Context, key string) ([]Awaiting, error) {
	waiting, err := b.withheldBy(ctx, key)
	if err != nil {
		return nil, err
	}
	var list []Awaiting
	for _, d := range waiting {
		a := Awaiting{Kind: d.DefinitionKind(), Key: d.DefinitionKey()}
		switch d := d.(type) {
		case *schemas.Role:
			a.Title = &d.Title
		case *schemas.Trigger:
			a.Title = &d.Title
		case *schemas.Script:
			a.Title = &d.Title
		}
		list = append(list, a)
	}
	return list, nil
}

// Package gives the row of an installed package; problem not_found when it is
// not installed.
func (b *Builder) Package(ctx context.Context, key string) (Installed, error) {
	p, err := b.installed(ctx, key)
	if err == nil && p.Rev == 0 {
		err = noPackage(key)
	}
	return p, err
}

func noPackage(key string) error {
	return problem.New(problem.NotFound, "no_such_package", map[string]any{"key": key})
}
