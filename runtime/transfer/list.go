package transfer

import (
	"context"
	"slices"
	"strings"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
)

// listed is how many imports List gives.
const listed = 100

// List gives the last imports that the actor may see, newest first, without their
// problems.
func (s *Service) List(ctx context.Context, actor *access.Actor) ([]*Progress, error) {
	if actor == nil {
		return nil, problem.New(problem.Unauthenticated, "", nil)
	}
	var where query.Expr
	if !actor.Admin {
		where = query.Cmp{Path: query.Path{Field: "by", Kind: query.Key}, Op: query.Eq, Value: actor.UserID}
	}
	rows, err := importTable.Find(ctx, s.Store, store.Find{Where: where, Limit: listed, IDDesc: true})
	if err != nil {
		return nil, err
	}
	list := make([]*Progress, len(rows))
	for i := range rows {
		list[i] = &rows[i].Progress
		list[i].Problems = []ProblemGroup{}
	}
	return list, nil
}

// Mappings lists the stored mappings that the actor may use, by name.
func (s *Service) Mappings(ctx context.Context, actor *access.Actor) ([]*Mapping, error) {
	if actor == nil {
		return nil, problem.New(problem.Unauthenticated, "", nil)
	}
	rights, err := s.Access.Rights(ctx, actor)
	if err != nil {
		return nil, err
	}
	list := []*Mapping{}
	for row, err := range mappingTable.Each(ctx, s.Store, nil) {
		if err != nil {
			return nil, err
		}
		if m, problems := DecodeMapping(row.Document); len(problems) == 0 && m.allowed(rights, false) {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b *Mapping) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}
