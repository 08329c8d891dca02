package builder

import (
	"context"
	"slices"

	"weft/runtime/problem"
	"weft/schemas"
)

// Confirmable is a part of a package that has no effect until an administrator
// confirms it: it gives rights or runs code.
type Confirmable struct {
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
	// Confirmed are the parts that the install has confirmed, Awaiting those without
	// effect until they are confirmed.
	Confirmed []Confirmable `json:"confirmed,omitempty"`
	Awaiting  []Confirmable `json:"awaiting,omitempty"`
	// Required are the packages that came along, in the order in which they were installed.
	Required []RequiredPackage `json:"required,omitempty"`
}

// RequiredPackage is the installation of a package that another one requires.
type RequiredPackage struct {
	Key       string        `json:"key"`
	Records   int           `json:"records"`
	Confirmed []Confirmable `json:"confirmed,omitempty"`
	Awaiting  []Confirmable `json:"awaiting,omitempty"`
}

// AssignmentKind is the Kind of a role assignment of the sample data.
const AssignmentKind schemas.Kind = "role_assignment"

// Name is "kind/key", by which a confirmation names it.
func (a Confirmable) Name() string { return string(a.Kind) + "/" + a.Key }

// Awaiting lists the definitions of a package that are not confirmed.
func (b *Builder) Awaiting(ctx context.Context, key string) ([]Confirmable, error) {
	waiting, err := b.withheldBy(ctx, key)
	if err != nil {
		return nil, err
	}
	return confirmables(waiting), nil
}

// Confirmables lists the definitions of a package that need a confirmation.
func (p *Package) Confirmables() []Confirmable {
	return confirmables(slices.DeleteFunc(p.Set.All(), func(d schemas.Definition) bool { return !needsConfirming(d) }))
}

func confirmables(definitions []schemas.Definition) []Confirmable {
	var list []Confirmable
	for _, d := range definitions {
		c := Confirmable{Kind: d.DefinitionKind(), Key: d.DefinitionKey()}
		switch d := d.(type) {
		case *schemas.Role:
			c.Title = &d.Title
		case *schemas.Trigger:
			c.Title = &d.Title
		case *schemas.Script:
			c.Title = &d.Title
		}
		list = append(list, c)
	}
	return list
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
