package leaktest

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
)

// world is a running weft with rows of which every cell that can be hidden
// holds a value that stands nowhere else.
type world struct {
	*apptest.App
	roles   map[string][]grant
	units   map[string]string // department → parent, by id
	people  []*person
	rows    map[string][]*row // by entity, in the order of ids
	byID    map[string]*row
	needles map[string][]cell // canaries and ids → the cells that show them
	next    int
	// imported is the id of an import of the administrator.
	imported string
}

// person is somebody of the organisation; those with a role ask.
type person struct {
	apptest.Person
	role, unit, superior string // superior by id
}

// row is a record as it was made, values in wire form by field.
type row struct {
	entity, id, by string
	values         map[string]any
	deleted        bool
	visits         []string // ids
}

// cell is a field of a row; the field "" stands for the row itself, "reason"
// for what was said when it moved.
type cell struct {
	row   *row
	field string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{roles: roles(), units: map[string]string{}, rows: map[string][]*row{}, byID: map[string]*row{}, needles: map[string][]cell{}}
	docs := entityDocuments()
	for _, key := range slices.Sorted(maps.Keys(w.roles)) {
		docs = append(docs, roleDocument(key, w.roles[key]))
	}
	w.App = apptest.Start(t, apptest.Options{Definitions: docs, Unchecked: true})
	w.organise(t)
	w.fill(t)
	return w
}

// organise makes three departments and a person for each role, and one without.
func (w *world) organise(t *testing.T) {
	t.Helper()
	unit := func(name, parent string) string {
		values := map[string]any{"name": name}
		if parent != "" {
			values["parent"] = parent
		}
		id := w.Create(t, w.Admin, "department", values)
		w.units[id] = parent
		return id
	}
	north := unit("north", "")
	units := []string{north, unit("harbour", north), unit("south", "")}
	superiors := map[string]string{"own": "superior", "mixed": "own", "blind": "random0", "other": "random1", "filtered": "random0"}
	made := map[string]*person{}
	for i, role := range []string{"superior", "own", "mixed", "random0", "random1", "department", "filtered", "blind", "nothing", "other"} {
		p := &person{role: role, unit: units[i%len(units)]}
		values := map[string]any{"login": role, "name": "Person " + role, "department": p.unit, "email": w.text() + "@weft.test"}
		if s := superiors[role]; s != "" {
			p.superior = made[s].ID
			values["superior"] = p.superior
		}
		var hold []string
		if w.roles[role] != nil {
			hold = []string{role}
		}
		p.Person = w.UserWith(t, values, hold...)
		user := &row{entity: "user", id: p.ID, values: values}
		w.needle(values["email"].(string)[:8], user, "email")
		made[role] = p
		w.people = append(w.people, p)
	}
}

func (w *world) person(id any) *person {
	for _, p := range w.people {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// askers are the people with a role.
func (w *world) askers() []*person {
	return few(slices.DeleteFunc(slices.Clone(w.people), func(p *person) bool { return w.roles[p.role] == nil }))
}

// Canaries: each is new, and recognised by its form.
func (w *world) text() string {
	w.next++
	return fmt.Sprintf("zq%06d", w.next)
}

func (w *world) number() float64 {
	w.next++
	return float64(770_000_000 + w.next)
}

func (w *world) day(year int) string {
	w.next++
	return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, w.next).Format(time.DateOnly)
}

func (w *world) needle(text string, r *row, field string) {
	w.needles[text] = append(w.needles[text], cell{r, field})
}
