package access

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"weft/runtime/query"
	"weft/runtime/store"
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
		if err := eachRow(ctx, r, userEntity, func(u personDoc) {
			people = append(people, Person{ID: u.ID, Login: u.Login, Name: u.Name, Department: u.Department,
				Superior: u.Superior, Active: u.Active != nil && *u.Active})
		}); err != nil {
			return err
		}
		if err := eachRow(ctx, r, departmentEntity, func(d departmentDoc) { departments = append(departments, Department(d)) }); err != nil {
			return err
		}
		return eachRow(ctx, r, assignmentEntity, func(a assignmentDoc) { roles[a.User] = append(roles[a.User], a.Role) })
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

type personDoc struct {
	ID         string `json:"id"`
	Login      string `json:"login"`
	Name       string `json:"name"`
	Department string `json:"department"`
	Superior   string `json:"superior"`
	Active     *bool  `json:"active"`
}

type departmentDoc struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Parent string `json:"parent"`
}

type assignmentDoc struct {
	User string `json:"user"`
	Role string `json:"role"`
}

// eachRow reads a whole collection in pages.
func eachRow[T any](ctx context.Context, r store.Reader, collection string, fn func(T)) error {
	const page = 1000
	var after *store.Position
	for {
		docs, err := r.Find(ctx, collection, store.Find{Limit: page, After: after})
		if err != nil {
			return fmt.Errorf("%s: %w", collection, err)
		}
		for _, d := range docs {
			var v T
			if err := json.Unmarshal(d.Body, &v); err != nil {
				return fmt.Errorf("%s/%s: %w", collection, d.ID, err)
			}
			fn(v)
		}
		if len(docs) < page {
			return nil
		}
		after = &store.Position{ID: docs[len(docs)-1].ID}
	}
}

// findOne gives the document whose key field has this value.
func findOne(ctx context.Context, r store.Reader, collection, field, value string) (store.Doc, error) {
	docs, err := r.Find(ctx, collection, store.Find{Limit: 1, Where: query.Cmp{
		Path: query.Path{Field: field, Kind: query.Key}, Op: query.Eq, Value: value}})
	if err != nil {
		return store.Doc{}, fmt.Errorf("access: %s by %s: %w", collection, field, err)
	}
	if len(docs) == 0 {
		return store.Doc{}, fmt.Errorf("access: %s by %s: %w", collection, field, store.ErrNotFound)
	}
	return docs[0], nil
}
