package model

import (
	"slices"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// plannedQuery is a query that a view or a widget makes for everybody who opens it.
type plannedQuery struct {
	path   string
	entity *Entity
	roles  []string // that see it; empty: all
	where  query.Filter
	// equalTo is a field of which each query takes one value, as a board's columns do; "" for none.
	equalTo string
	sort    []query.SortTerm
	// aggregate: not a list.
	aggregate bool
}

// sampleEnv binds relative values; which index serves a query does not depend on it.
var sampleEnv = query.Env{Me: "me", MyDepartments: []string{"a", "b"}, MyDepartmentsBelow: []string{"a", "b"}}

// checkIndexes warns of the lists, columns and aggregates that no index serves:
// first without a row scope, then for each single grant. A grant is checked as if
// the indexes proposed before for the same query existed.
func (c *compiler) checkIndexes() {
	for _, a := range c.planned {
		indexes := a.entity.Indexes()
		indexes = c.warnUnserved(a, indexes, nil, "")
		for _, def := range c.set.Roles {
			role := c.m.Roles[def.Key]
			if role == nil || len(a.roles) > 0 && !slices.Contains(a.roles, def.Key) {
				continue
			}
			for _, g := range role.Grants {
				if scope, reaches := g.rows(); reaches && g.Entity == a.entity && g.Ops[schemas.OpRead] && scope != nil {
					indexes = c.warnUnserved(a, indexes, scope, def.Key)
				}
			}
		}
	}
	sortProblems(c.m.Warnings)
}

// warnUnserved warns of a query under a row scope (nil: all rows) when the indexes do
// not serve it in both databases, and gives the indexes with the one that would.
func (c *compiler) warnUnserved(a plannedQuery, indexes []query.Index, scope query.Expr, role string) []query.Index {
	where, problems := a.where.Bind(sampleEnv, a.entity, nil)
	if len(problems) > 0 {
		return indexes
	}
	if f := a.entity.ByKey[a.equalTo]; f != nil {
		where = query.And(where, query.Cmp{Path: f.Path(), Op: query.Eq, Value: ""})
	}
	where = query.And(scope, where)
	sqlite, mongo := a.served(indexes, where)
	if sqlite && mongo {
		return indexes
	}
	fields := query.SuggestListIndex(where, a.sort)
	text := "unserved"
	switch {
	case a.aggregate:
		if fields = query.SuggestAggregateIndex(where); len(fields) == 0 {
			return indexes // no index could
		}
		text = "unserved_aggregate"
	case sqlite:
		text = "unserved_mongodb"
	}
	more := append(slices.Clone(indexes), a.entity.writtenIndex(fields))
	sqlite, mongo = a.served(more, where)
	helps := len(fields) > 0 && sqlite && mongo
	switch {
	case !helps:
		text, more = "unserved_order", indexes
	case a.entity.BuiltIn:
		text = "unserved_built_in"
	case role != "":
		text += "_role"
	}
	warning := problem.At(a.path, "unserved", "entity", a.entity.Key)
	warning.Text = text
	if helps && !a.entity.BuiltIn {
		warning.Params["index"] = indexText(fields)
	}
	if role != "" {
		warning.Params["role"] = role
	}
	c.m.Warnings = append(c.m.Warnings, warning)
	return more
}

// served tells whether indexes serve the query in each of the databases.
func (a plannedQuery) served(indexes []query.Index, where query.Expr) (sqlite, mongo bool) {
	if a.aggregate {
		return query.PlanAggregate(query.SQLite, indexes, where).Served(), query.PlanAggregate(query.MongoDB, indexes, where).Served()
	}
	return query.PlanList(query.SQLite, indexes, where, a.sort).Served(), query.PlanList(query.MongoDB, indexes, where, a.sort).Served()
}

// rows is the shape of a grant's row scope for any holder: nil for all rows;
// reaches is false when there are none.
func (g *Grant) rows() (scope query.Expr, reaches bool) {
	var parts query.Any
	for _, s := range g.Scopes {
		x, ok := g.rowsOf(s)
		switch {
		case ok && x == nil:
			return nil, true
		case ok:
			parts = append(parts, x)
		}
	}
	if len(parts) == 1 {
		return parts[0], true
	}
	if field := sameField(parts); field.Field != "" {
		return query.Cmp{Path: field, Op: query.In, Value: []any{"a", "b"}}, true
	}
	return parts, len(parts) > 0
}

// rowsOf is the shape of one scope: one owner, several, or a filter.
func (g *Grant) rowsOf(s Scope) (query.Expr, bool) {
	path := query.Path{Field: g.Entity.OwnerField, Kind: query.Key}
	departments := s.Type == "department" || s.Type == "department_below"
	switch g.Entity.Key {
	case "user":
		path.Field = "id"
	case "department":
		if s.Type == "own" || s.Type == "subordinates" {
			return nil, false
		}
		path.Field = "id"
	}
	switch {
	case s.Type == "all":
		return nil, true
	case s.Type == "own":
		return query.Cmp{Path: path, Op: query.Eq, Value: "a"}, true
	case departments, s.Type == "subordinates":
		return query.Cmp{Path: path, Op: query.In, Value: []any{"a", "b"}}, true
	}
	x, problems := s.Where.Bind(sampleEnv, g.Entity, nil)
	return x, len(problems) == 0
}

// sameField is the field that all parts compare with one value or several.
func sameField(parts query.Any) query.Path {
	var path query.Path
	for _, x := range parts {
		c, ok := x.(query.Cmp)
		if !ok || c.Op != query.Eq && c.Op != query.In || c.Path.Through != "" || path.Field != "" && path.Field != c.Path.Field {
			return query.Path{}
		}
		path = c.Path
	}
	return path
}
