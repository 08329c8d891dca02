package access

import "slices"

// AdminLogin is the login of the person that is always admin.
const AdminLogin = "admin"

// Person is the part of a user record that rights depend on.
type Person struct {
	ID, Login, Name      string
	Department, Superior string
	Active               bool
	Roles                []string // assigned, sorted

	rev int64 // of the user record
}

// Admin tells whether the person holds the role admin.
func (p *Person) Admin() bool {
	return p.Login == AdminLogin || slices.Contains(p.Roles, RoleAdmin)
}

// Directory is one state of all people and departments. It is immutable.
type Directory struct {
	people   map[string]*Person
	byLogin  map[string]*Person
	members  map[string][]string // department → users
	reports  map[string][]string // superior → users
	children map[string][]string // department → departments
	admins   map[string]bool
	names    map[string]string // of departments
}

// Department is a department as access sees it; Parent is "" for none.
type Department struct{ ID, Name, Parent string }

// NewDirectory makes a Directory of people and departments.
func NewDirectory(people []Person, departments []Department) *Directory {
	d := &Directory{
		people: make(map[string]*Person, len(people)), byLogin: make(map[string]*Person, len(people)),
		members: map[string][]string{}, reports: map[string][]string{},
		children: map[string][]string{}, names: map[string]string{}, admins: map[string]bool{},
	}
	for i := range people {
		p := &people[i]
		d.people[p.ID] = p
		d.byLogin[p.Login] = p
		if p.Department != "" {
			d.members[p.Department] = append(d.members[p.Department], p.ID)
		}
		if p.Superior != "" {
			d.reports[p.Superior] = append(d.reports[p.Superior], p.ID)
		}
		if p.Admin() {
			d.admins[p.ID] = true
		}
	}
	for _, department := range departments {
		d.names[department.ID] = department.Name
		if department.Parent != "" {
			d.children[department.Parent] = append(d.children[department.Parent], department.ID)
		}
	}
	return d
}

// Person finds a user by id or login; nil when there is none.
func (d *Directory) Person(idOrLogin string) *Person {
	if p := d.people[idOrLogin]; p != nil {
		return p
	}
	return d.byLogin[idOrLogin]
}

// Subordinates are the users under someone at any depth, sorted, without
// himself even when the chain of superiors runs in a circle.
func (d *Directory) Subordinates(user string) []string {
	found := reach(d.reports, user)
	delete(found, user)
	return sorted(found)
}

// DepartmentSubtree are the departments under one at any depth with itself, sorted.
func (d *Directory) DepartmentSubtree(department string) []string {
	if department == "" {
		return nil
	}
	found := reach(d.children, department)
	found[department] = true
	return sorted(found)
}

// MembersOf are the users of any of the departments, sorted.
func (d *Directory) MembersOf(departments []string) []string {
	found := map[string]bool{}
	for _, id := range departments {
		for _, user := range d.members[id] {
			found[user] = true
		}
	}
	return sorted(found)
}

// reach walks a tree that may have circles.
func reach(next map[string][]string, from string) map[string]bool {
	found := map[string]bool{}
	todo := []string{from}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, id := range next[at] {
			if !found[id] {
				found[id] = true
				todo = append(todo, id)
			}
		}
	}
	return found
}

// actor makes the actor of a person. A token acts with one role, and only as
// long as its user holds it.
func (d *Directory) actor(p *Person, session, token, tokenRole string) *Actor {
	a := &Actor{UserID: p.ID, Login: p.Login, Name: p.Name, Session: session, Token: token, TokenRole: tokenRole}
	switch {
	case token == "":
		a.Roles, a.Admin = p.Roles, p.Admin()
	case tokenRole == RoleAdmin:
		a.Admin = p.Admin()
	case p.Admin() || slices.Contains(p.Roles, tokenRole):
		a.Roles = []string{tokenRole}
	}
	if a.Admin && !slices.Contains(a.Roles, RoleAdmin) {
		a.Roles = append(slices.Clone(a.Roles), RoleAdmin)
	}
	if p.Department != "" {
		a.Departments = []string{p.Department}
		a.DepartmentSubtree = d.DepartmentSubtree(p.Department)
	}
	return a
}

// Admins are the ids of the users that hold the role admin, sorted.
func (d *Directory) Admins() []string { return sorted(d.admins) }
