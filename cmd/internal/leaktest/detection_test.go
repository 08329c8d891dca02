//go:build !race

package leaktest

import (
	"maps"
	"net/http"
	"slices"
	"testing"
)

// TestTheProbesDetectLeaks gives a user the role admin without telling the oracle:
// the probes of every route must then find leaks, or they would find none at all.
func TestTheProbesDetectLeaks(t *testing.T) {
	t.Parallel()
	fx := newFixture(t)
	fx.foreignImport(fx.newTester(t, fx.people[0]))
	victim := fx.people[slices.IndexFunc(fx.people, func(p *user) bool { return p.role == "department" })]
	fx.Do(t, fx.Admin, "POST", "/records/role_assignment", object{"user": victim.ID, "role": "admin"}).Want(t, http.StatusCreated)
	for _, probes := range []map[string][]probe{readProbes, writeProbes} {
		for _, name := range slices.Sorted(maps.Keys(probes)) {
			found := 0
			for _, p := range probes[name] {
				if found > 0 {
					break
				}
				tr := fx.newTester(t, victim)
				before := tr.storedDigests()
				p(tr)
				found += len(tr.findings)
				if !maps.Equal(before, tr.storedDigests()) {
					found++
				}
			}
			if found == 0 && noLeakExpected[name] == "" {
				t.Errorf("%s shows everything and nothing is found", name)
			}
		}
	}
}

// The same for events.
func TestTheProbesDetectLeakedEvents(t *testing.T) {
	t.Parallel()
	fx := newFixture(t)
	victim := fx.people[slices.IndexFunc(fx.people, func(p *user) bool { return p.role == "nothing" })]
	fx.Do(t, fx.Admin, "POST", "/records/role_assignment", object{"user": victim.ID, "role": "own"}).Want(t, http.StatusCreated)
	for _, r := range fx.rows["matter"] {
		if !r.deleted {
			fx.Do(t, fx.Admin, "PATCH", "/records/matter/"+r.id, object{"owner": victim.ID}).Want(t, http.StatusOK)
		}
	}
	tr := fx.newTester(t, victim)
	fx.checkEvents(t, []*tester{tr})
	if len(tr.findings) == 0 {
		t.Error("events show everything and nothing is found")
	}
}

// noLeakExpected are routes that show an administrator no more than other users.
var noLeakExpected = map[string]string{
	"me": "shows oneself", "token.list": "shows one's own", "session.list": "shows one's own",
}
