package gallery

import (
	"context"
	"slices"

	"weft/builder"
	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/schemas"
)

const assignmentEntity = string(builder.AssignmentKind)

// assignment is a role assignment of sample data. It gives rights to a person,
// so a package alone must not create it: those of the package's own roles are
// confirmed with the roles, those of other roles, such as that of administrators,
// only by name.
type assignment struct{ login, role string }

func (a assignment) confirmable() builder.Confirmable {
	return builder.Confirmable{Kind: builder.AssignmentKind, Key: a.login + "/" + a.role}
}

// assignmentOf reads who gets which role; "?" stands for what is not written in
// so many words.
func assignmentOf(row map[string]any) assignment {
	a := assignment{login: "?", role: "?"}
	if role, ok := row["role"].(string); ok {
		a.role = role
	}
	user, _ := row["user"].(map[string]any)
	if ref, _ := user["$ref"].([]any); len(ref) == 3 && ref[0] == "user" && ref[1] == "login" {
		if login, ok := ref[2].(string); ok {
			a.login = login
		}
	}
	return a
}

// ownRole confirms the assignments of roles that are defined in set.
func ownRole(set *schemas.Set) func(assignment) bool {
	return func(a assignment) bool {
		_, own := set.Get(schemas.KindRole, a.role)
		return own && a.login != "?"
	}
}

func confirmedRows(rows []map[string]any, confirmed func(assignment) bool) []map[string]any {
	var out []map[string]any
	for _, row := range rows {
		if confirmed(assignmentOf(row)) {
			out = append(out, row)
		}
	}
	return out
}

func confirmedAssignments(samples []builder.Sample, confirmed func(assignment) bool) []builder.Confirmable {
	var list []builder.Confirmable
	for _, sample := range samples {
		if sample.Entity != assignmentEntity {
			continue
		}
		for _, row := range confirmedRows(sample.Rows, confirmed) {
			list = append(list, assignmentOf(row).confirmable())
		}
	}
	return list
}

// Awaiting lists what of an installed package has no effect until it is
// confirmed: definitions, and role assignments of sample data that was wanted.
func (g *Gallery) Awaiting(ctx context.Context, by *access.Actor, key string) ([]builder.Confirmable, error) {
	list, err := g.o.Builder.Awaiting(ctx, key)
	if err != nil {
		return nil, err
	}
	p, err := g.o.Builder.Package(ctx, key)
	if err != nil || !p.SampleData {
		return list, err
	}
	for _, sample := range p.Samples {
		if sample.Entity != assignmentEntity {
			continue
		}
		for _, row := range sample.Rows {
			exists, err := g.o.Loader(by).Exists(ctx, assignmentEntity, row)
			if err != nil {
				return nil, err
			}
			if !exists {
				list = append(list, assignmentOf(row).confirmable())
			}
		}
	}
	return list, nil
}

// Confirm confirms what awaits it: with names, as kind/key, only those; without,
// all definitions and the role assignments of the package's own roles.
func (g *Gallery) Confirm(ctx context.Context, by *access.Actor, key string, names []string) (Installation, error) {
	var done Installation
	p, err := g.o.Builder.Package(ctx, key)
	if err != nil {
		return done, err
	}
	if err := g.checkNames(ctx, by, key, names); err != nil {
		return done, err
	}
	if done.Version, err = g.o.Builder.Confirm(ctx, by.Login, key, names...); err != nil {
		return done, err
	}
	if p.SampleData {
		if done.Records, err = g.loadAssignments(ctx, by, p, names); err != nil {
			return done, err
		}
	}
	done.Awaiting, err = g.Awaiting(ctx, by, key)
	return done, err
}

// checkNames refuses names of what does not await confirmation.
func (g *Gallery) checkNames(ctx context.Context, by *access.Actor, key string, names []string) error {
	awaiting, err := g.Awaiting(ctx, by, key)
	if err != nil {
		return err
	}
	var problems []problem.Field
	for i, name := range names {
		if !slices.ContainsFunc(awaiting, func(a builder.Confirmable) bool { return a.Name() == name }) {
			problems = append(problems, problem.At(problem.Pointer("confirm", i), "not_awaiting", "name", name))
		}
	}
	if len(problems) > 0 {
		return problem.Of(problem.Invalid, problems...)
	}
	return nil
}

// loadAssignments creates the role assignments that are confirmed, and the
// sample records that could not be created without them.
func (g *Gallery) loadAssignments(ctx context.Context, by *access.Actor, p builder.Installed, names []string) (int, error) {
	roles := &schemas.Set{}
	for _, d := range g.o.Builder.Published().Roles {
		if _, own := p.Definitions["role/"+d.Key]; own {
			roles.Add(d)
		}
	}
	confirmed := ownRole(roles)
	if len(names) > 0 {
		confirmed = func(a assignment) bool {
			return a.login != "?" && a.role != "?" && slices.Contains(names, a.confirmable().Name())
		}
	}
	var samples []builder.Sample
	for _, s := range p.Samples {
		if s.Entity == assignmentEntity {
			samples = append(samples, s.Sample)
		}
	}
	return g.loadSamples(ctx, by, samples, confirmed)
}
