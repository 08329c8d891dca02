package leaktest

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
)

// fixture is a running weft with rows in which every cell that can be hidden
// holds a value that occurs nowhere else.
type fixture struct {
	*apptest.App
	roles   map[string][]grant
	units   map[string]string // department → parent, by id
	people  []*user
	rows    map[string][]*row // by entity, in the order of ids
	byID    map[string]*row
	secrets map[string][]cell // secret values and ids → the cells that show them
	next    int
	// imported is the id of an import of the administrator.
	imported string
}

// user is a member of the organisation; those with a role send the probes.
type user struct {
	apptest.Person
	role, unit, superior string // superior by id
}

// row is a record as it was created, values in wire form by field.
type row struct {
	entity, id, by string
	values         map[string]any
	deleted        bool
	visits         []string // ids
}

// cell is a field of a row; the field "" stands for the row itself, "reason"
// for the comment of a transition.
type cell struct {
	row   *row
	field string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	fx := &fixture{roles: roles(), units: map[string]string{}, rows: map[string][]*row{}, byID: map[string]*row{}, secrets: map[string][]cell{}}
	docs := entityDocuments()
	for _, key := range slices.Sorted(maps.Keys(fx.roles)) {
		docs = append(docs, roleDocument(key, fx.roles[key]))
	}
	fx.App = apptest.Start(t, apptest.Options{Definitions: docs, Unchecked: true})
	fx.createUsers(t)
	fx.createRows(t)
	return fx
}

// createUsers creates three departments and a user for each role, and one without.
func (fx *fixture) createUsers(t *testing.T) {
	t.Helper()
	unit := func(name, parent string) string {
		values := map[string]any{"name": name}
		if parent != "" {
			values["parent"] = parent
		}
		id := fx.Create(t, fx.Admin, "department", values)
		fx.units[id] = parent
		return id
	}
	north := unit("north", "")
	units := []string{north, unit("harbour", north), unit("south", "")}
	superiors := map[string]string{"own": "superior", "mixed": "own", "blind": "random0", "other": "random1", "filtered": "random0"}
	made := map[string]*user{}
	for i, role := range []string{"superior", "own", "mixed", "random0", "random1", "department", "filtered", "blind", "nothing", "other"} {
		p := &user{role: role, unit: units[i%len(units)]}
		values := map[string]any{"login": role, "name": "Person " + role, "department": p.unit, "email": fx.text() + "@weft.test"}
		if s := superiors[role]; s != "" {
			p.superior = made[s].ID
			values["superior"] = p.superior
		}
		var hold []string
		if fx.roles[role] != nil {
			hold = []string{role}
		}
		p.Person = fx.UserWith(t, values, hold...)
		user := &row{entity: "user", id: p.ID, values: values}
		fx.addSecret(values["email"].(string)[:8], user, "email")
		made[role] = p
		fx.people = append(fx.people, p)
	}
}

func (fx *fixture) userByID(id any) *user {
	for _, p := range fx.people {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// usersWithRole are the users with a role.
func (fx *fixture) usersWithRole() []*user {
	return someUsers(slices.DeleteFunc(slices.Clone(fx.people), func(p *user) bool { return fx.roles[p.role] == nil }))
}

// Secret values: each is new, and recognised by its form.
func (fx *fixture) text() string {
	fx.next++
	return fmt.Sprintf("zq%06d", fx.next)
}

func (fx *fixture) number() float64 {
	fx.next++
	return float64(770_000_000 + fx.next)
}

func (fx *fixture) day(year int) string {
	fx.next++
	return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, fx.next).Format(time.DateOnly)
}

func (fx *fixture) addSecret(text string, r *row, field string) {
	fx.secrets[text] = append(fx.secrets[text], cell{r, field})
}
