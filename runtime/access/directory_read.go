package access

import (
	"context"
	"fmt"
	"slices"

	"weft/runtime/store"
	"weft/runtime/store/table"
)

// changeNumbers is the state of the collections that people and their rights come from.
type changeNumbers struct{ user, department, assignment uint64 }

func readChangeNumbers(ctx context.Context, s store.Reader) (changeNumbers, error) {
	var st changeNumbers
	var err error
	if st.user, err = s.ChangeNumber(ctx, userEntity); err != nil {
		return changeNumbers{}, fmt.Errorf("access: %w", err)
	}
	if st.department, err = s.ChangeNumber(ctx, departmentEntity); err != nil {
		return changeNumbers{}, fmt.Errorf("access: %w", err)
	}
	if st.assignment, err = s.ChangeNumber(ctx, assignmentEntity); err != nil {
		return changeNumbers{}, fmt.Errorf("access: %w", err)
	}
	return st, nil
}

// readDirectory reads all people and departments on one snapshot.
func readDirectory(ctx context.Context, s store.Store) (*Directory, error) {
	var people []Person
	var departments []Department
	roles := map[string][]string{}
	err := s.View(ctx, func(r store.Reader) error {
		if err := eachRow(ctx, r, userTable, func(u personDoc) {
			people = append(people, Person{ID: u.ID, Login: u.Login, Name: u.Name, Department: u.Department,
				Superior: u.Superior, Active: u.Active != nil && *u.Active, rev: u.Rev})
		}); err != nil {
			return err
		}
		if err := eachRow(ctx, r, departmentTable, func(d departmentDoc) {
			departments = append(departments, Department{ID: d.ID, Name: d.Name, Parent: d.Parent})
		}); err != nil {
			return err
		}
		return eachRow(ctx, r, assignmentTable, func(a assignmentDoc) { roles[a.User] = append(roles[a.User], a.Role) })
	})
	if err != nil {
		return nil, fmt.Errorf("access: reading people: %w", err)
	}
	for i := range people {
		held := roles[people[i].ID]
		slices.Sort(held)
		people[i].Roles = slices.Compact(held)
	}
	return NewDirectory(people, departments), nil
}

var (
	userTable       = table.New(userEntity, func(d *personDoc) (*string, *int64) { return &d.ID, &d.Rev })
	departmentTable = table.New(departmentEntity, func(d *departmentDoc) (*string, *int64) { return &d.ID, &d.Rev })
	assignmentTable = table.New(assignmentEntity, func(d *assignmentDoc) (*string, *int64) { return &d.ID, &d.Rev })
)

type personDoc struct {
	ID         string `json:"id"`
	Rev        int64  `json:"rev"`
	Login      string `json:"login"`
	Name       string `json:"name"`
	Department string `json:"department"`
	Superior   string `json:"superior"`
	Active     *bool  `json:"active"`
}

type departmentDoc struct {
	ID     string `json:"id"`
	Rev    int64  `json:"rev"`
	Name   string `json:"name"`
	Parent string `json:"parent"`
}

type assignmentDoc struct {
	ID   string `json:"id"`
	Rev  int64  `json:"rev"`
	User string `json:"user"`
	Role string `json:"role"`
}

// eachRow reads a whole collection.
func eachRow[R any](ctx context.Context, r store.Reader, t table.Table[R], fn func(R)) error {
	for row, err := range t.Each(ctx, r, nil) {
		if err != nil {
			return err
		}
		fn(row)
	}
	return nil
}
