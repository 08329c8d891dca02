package trigger

import (
	"context"
	"slices"

	"weft/runtime/access"
	"weft/runtime/query"
)

// holders are the active users that hold a role, in the order of their assignments.
func (s *Service) holders(ctx context.Context, role string) ([]string, error) {
	d, err := s.o.Access.Directory(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	add := func(id string) {
		if p := d.Person(id); p != nil && p.Active {
			ids = append(ids, p.ID)
		}
	}
	if role == access.RoleAdmin {
		add(access.AdminLogin)
	}
	collection, field, where := "role_assignment", "user", query.Expr(query.Cmp{Path: query.Path{Field: "role", Kind: query.Text}, Op: query.Eq, Value: role})
	if role == access.RoleMember {
		collection, field, where = "user", "id", nil
	}
	for doc, err := range eachDoc(ctx, s.o.Store, collection, where) {
		if err != nil {
			return nil, err
		}
		id, _ := doc[field].(string)
		add(id)
	}
	return ids, nil
}

// members are the active users in departments.
func (s *Service) members(ctx context.Context, departments []string) ([]string, error) {
	d, err := s.o.Access.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(d.MembersOf(departments), func(id string) bool { return !d.Person(id).Active }), nil
}
