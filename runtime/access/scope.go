package access

import (
	"reflect"
	"time"

	"weft/runtime/model"
	"weft/runtime/query"
)

// scopeBinder turns the scopes of grants into filters for one actor.
type scopeBinder struct {
	env    query.Env
	people *Directory
}

// scope is the row filter of a grant; timed is set when it depends on the
// present time.
func (b scopeBinder) scope(g *model.Grant, timed *bool) query.Expr {
	parts := make([]query.Expr, 0, len(g.Scopes))
	for _, s := range g.Scopes {
		parts = append(parts, b.one(g.Entity, s, timed))
	}
	return union(parts)
}

func (b scopeBinder) one(e *model.Entity, s model.Scope, timed *bool) query.Expr {
	switch s.Type {
	case "all":
		return nil
	case "own":
		return ownedBy(e, self(b.env.Me))
	case "department":
		return b.department(e, b.env.MyDepartments)
	case "department_below":
		return b.department(e, b.env.MyDepartmentsBelow)
	case "subordinates":
		return ownedBy(e, b.people.Subordinates(b.env.Me))
	case "filter":
		return b.filter(e, s.Where, timed)
	}
	return query.Any{}
}

// filter binds a filter scope. What cannot be bound, or says nothing, gives no row.
func (b scopeBinder) filter(e *model.Entity, f query.Filter, timed *bool) query.Expr {
	if f.IsZero() {
		return query.Any{}
	}
	x, problems := f.Bind(b.env, e, nil)
	if len(problems) > 0 {
		return query.Any{}
	}
	later := b.env
	later.Now = later.Now.Add(1000*24*time.Hour + 7*time.Hour + 11*time.Minute)
	if y, _ := f.Bind(later, e, nil); !reflect.DeepEqual(x, y) {
		*timed = true
	}
	return x
}

// department gives the rows owned by users of the departments; a department
// record counts as owned by itself.
func (b scopeBinder) department(e *model.Entity, ids []string) query.Expr {
	if e.Key == departmentEntity {
		return oneOf("id", ids)
	}
	return ownedBy(e, b.people.MembersOf(ids))
}

// ownedBy gives the rows of an entity whose owner is one of these users. A
// user record counts as owned by that user.
func ownedBy(e *model.Entity, users []string) query.Expr {
	switch {
	case e.Key == userEntity:
		return oneOf("id", users)
	case e.Key == departmentEntity:
		return query.Any{}
	case e.OwnerField == "":
		return oneOf("created_by", users)
	}
	return oneOf(e.OwnerField, users)
}

func self(id string) []string {
	if id == "" {
		return nil
	}
	return []string{id}
}

// oneOf compares a key field with sorted ids, in the form that indexes serve best.
func oneOf(field string, ids []string) query.Expr {
	path := query.Path{Field: field, Kind: query.Key}
	switch len(ids) {
	case 0:
		return query.Any{}
	case 1:
		return query.Cmp{Path: path, Op: query.Eq, Value: ids[0]}
	}
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = id
	}
	return query.Cmp{Path: path, Op: query.In, Value: values}
}
