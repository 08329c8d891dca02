package access_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// TestRightsAgreeWithOracle compares rights with a second, tiny and slow
// reading of the same grants, on random roles, people and rows: every row,
// field and operation (S-01, S-03, S-05).
func TestRightsAgreeWithOracle(t *testing.T) {
	t.Parallel()
	for seed := range uint64(150) {
		w := newWorld(t, seed)
		for _, p := range w.people {
			a := w.actor(p)
			rights := access.Compile(w.model, a, access.RightsInput{
				Env: query.Env{Now: time.Now(), Zone: time.UTC}, Directory: w.directory, Lookup: w.lookup})
			for _, row := range w.rows {
				w.compareRow(t, fmt.Sprintf("seed %d, %s, row %v", seed, p.Login, row["id"]), rights, a, row)
			}
			w.compareUniform(t, rights)
		}
	}
}

var (
	fields     = []string{"owner", "f0", "f1", "f2", "f3"}
	operations = []schemas.Operation{schemas.OpCreate, schemas.OpRead, schemas.OpUpdate, schemas.OpDelete, schemas.OpExport}
)

// world is one random organisation.
type world struct {
	rand      *rand.Rand
	model     *model.Model
	people    []access.Person
	units     []access.Department
	directory *access.Directory
	rows      []map[string]any
}

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w := &world{rand: rand.New(rand.NewPCG(seed, 7))}
	set := &schemas.Set{Entities: []*schemas.Entity{dealEntity()}}
	for i := range 3 {
		set.Roles = append(set.Roles, w.role(fmt.Sprintf("r%d", i)))
	}
	m, problems := model.Compile(set, 1)
	if len(problems) > 0 {
		t.Fatalf("compile: %v", problems)
	}
	w.model = m
	w.organise()
	for i := range 12 {
		row := map[string]any{"id": fmt.Sprintf("row%02d", i), "rev": 1.0}
		if w.chance(9, 10) {
			row["owner"] = w.people[w.rand.IntN(len(w.people))].ID
		}
		for _, f := range fields[1:] {
			if w.chance(2, 3) {
				row[f] = string(rune('a' + w.rand.IntN(2)))
			}
		}
		w.rows = append(w.rows, row)
	}
	return w
}

func dealEntity() *schemas.Entity {
	e := &schemas.Entity{Kind: schemas.KindEntity, Key: "deal", Type: "object", OwnerField: "owner",
		Title: schemas.Title{ZhCN: "商机", En: "Deal"}, TitleField: "f0"}
	for _, key := range fields {
		f := &schemas.Field{Key: key, FieldType: schemas.TypeText, Title: schemas.Title{ZhCN: key, En: key}}
		if key == "owner" {
			f.FieldType = schemas.TypeUser
		}
		e.Properties = append(e.Properties, f)
	}
	e.Properties = append(e.Properties, &schemas.Field{Key: "stage", FieldType: schemas.TypeChoice,
		Title: schemas.Title{ZhCN: "阶段", En: "Stage"}, Choices: []schemas.Choice{{Key: "open", Title: e.Title}, {Key: "done", Title: e.Title}}})
	return e
}

// dealMachine moves deals from open to done.
func dealMachine() *schemas.StageMachine {
	title := schemas.Title{ZhCN: "商机阶段", En: "Deal stages"}
	return &schemas.StageMachine{Kind: schemas.KindStageMachine, Key: "deal_stages", Title: title, Entity: "deal", Field: "stage",
		Initial: "open", Stages: []schemas.Stage{{Key: "open", Title: title, Type: "open"}, {Key: "done", Title: title, Type: "won"}},
		Transitions: []schemas.StageTransition{{Key: "start", Title: title, From: []string{"open"}, To: "done", Direction: "forward"}}}
}

func (w *world) chance(n, of int) bool { return w.rand.IntN(of) < n }

func (w *world) role(key string) *schemas.Role {
	r := &schemas.Role{Kind: schemas.KindRole, Key: key, Title: schemas.Title{ZhCN: key, En: key}}
	for range 1 + w.rand.IntN(3) {
		g := schemas.Grant{Entity: "deal", Read: w.fieldSet(), Write: w.fieldSet(), Operations: []schemas.Operation{}, Scopes: []schemas.Scope{}}
		for _, op := range operations {
			if w.chance(1, 2) {
				g.Operations = append(g.Operations, op)
			}
		}
		for range w.rand.IntN(3) {
			kind := []string{"own", "department", "department_below", "subordinates", "all", "filter"}[w.rand.IntN(6)]
			s := schemas.Scope{Type: kind}
			if kind == "filter" {
				s.Where = json.RawMessage([]string{`["f0","=","a"]`, `["f1","!=","a"]`, `["owner","=",{"me":true}]`, `["owner.name","=","n1"]`}[w.rand.IntN(4)])
			}
			g.Scopes = append(g.Scopes, s)
		}
		r.Grants = append(r.Grants, g)
	}
	return r
}

func (w *world) fieldSet() schemas.FieldSet {
	var some []string
	for _, f := range fields {
		if w.chance(1, 3) {
			some = append(some, f)
		}
	}
	switch w.rand.IntN(3) {
	case 0:
		return schemas.FieldSet{All: true}
	case 1:
		return schemas.FieldSet{All: true, Except: some}
	}
	return schemas.FieldSet{Only: some}
}

// organise makes people and departments whose superiors and parents may run
// in circles: nothing forbids it in the data.
func (w *world) organise() {
	for i := range 4 {
		d := access.Department{ID: fmt.Sprintf("d%d", i), Name: fmt.Sprintf("D%d", i)}
		if w.chance(2, 3) {
			d.Parent = fmt.Sprintf("d%d", w.rand.IntN(4))
		}
		w.units = append(w.units, d)
	}
	for i := range 5 {
		p := access.Person{ID: fmt.Sprintf("u%d", i), Login: fmt.Sprintf("l%d", i), Name: fmt.Sprintf("n%d", i), Active: true}
		if w.chance(4, 5) {
			p.Department = fmt.Sprintf("d%d", w.rand.IntN(4))
		}
		if w.chance(2, 3) {
			p.Superior = fmt.Sprintf("u%d", w.rand.IntN(5))
		}
		for r := range 3 {
			if w.chance(1, 2) {
				p.Roles = append(p.Roles, fmt.Sprintf("r%d", r))
			}
		}
		w.people = append(w.people, p)
	}
	w.directory = access.NewDirectory(slices.Clone(w.people), w.units)
}

func (w *world) person(id any) *access.Person {
	for i := range w.people {
		if w.people[i].ID == id {
			return &w.people[i]
		}
	}
	return nil
}

func (w *world) actor(p access.Person) *access.Actor {
	a := &access.Actor{UserID: p.ID, Login: p.Login, Roles: p.Roles}
	if p.Department != "" {
		a.Departments, a.DepartmentSubtree = []string{p.Department}, w.directory.DepartmentSubtree(p.Department)
	}
	return a
}

func (w *world) lookup(collection, id string) (map[string]any, error) {
	if p := w.person(id); collection == "user" && p != nil {
		return map[string]any{"id": p.ID, "name": p.Name}, nil
	}
	return nil, nil
}
