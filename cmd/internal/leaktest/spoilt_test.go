//go:build !race

package leaktest

import (
	"maps"
	"net/http"
	"slices"
	"testing"
)

// TestTheMatrixSees spoils the rights of one person behind the oracle's back:
// every door that shows records must then be found open, and every door that
// changes them, or the matrix would be blind there.
func TestTheMatrixSees(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.foreignImport(w.agent(t, w.people[0]))
	victim := w.people[slices.IndexFunc(w.people, func(p *person) bool { return p.role == "department" })]
	w.Do(t, w.Admin, "POST", "/records/role_assignment", object{"user": victim.ID, "role": "admin"}).Want(t, http.StatusCreated)
	for _, doors := range []map[string][]probe{reading, writing} {
		for _, name := range slices.Sorted(maps.Keys(doors)) {
			found := 0
			for _, p := range doors[name] {
				if found > 0 {
					break
				}
				a := w.agent(t, victim)
				before := a.kept()
				p(a)
				found += len(a.findings)
				if !maps.Equal(before, a.kept()) {
					found++
				}
			}
			if found == 0 && harmless[name] == "" {
				t.Errorf("%s shows everything and nothing is found", name)
			}
		}
	}
}

// Events are heard by who may hear nothing, and found.
func TestTheMatrixHears(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	victim := w.people[slices.IndexFunc(w.people, func(p *person) bool { return p.role == "nothing" })]
	w.Do(t, w.Admin, "POST", "/records/role_assignment", object{"user": victim.ID, "role": "own"}).Want(t, http.StatusCreated)
	for _, r := range w.rows["matter"] {
		if !r.deleted {
			w.Do(t, w.Admin, "PATCH", "/records/matter/"+r.id, object{"owner": victim.ID}).Want(t, http.StatusOK)
		}
	}
	a := w.agent(t, victim)
	w.eventsOf(t, []*agent{a})
	if len(a.findings) == 0 {
		t.Error("events show everything and nothing is found")
	}
}

// harmless are doors that show an administrator no more than anybody.
var harmless = map[string]string{
	"me": "shows oneself", "token.list": "shows one's own", "session.list": "shows one's own",
}
