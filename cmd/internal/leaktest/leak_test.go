package leaktest

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"testing"

	"weft/runtime/record"
	"weft/runtime/store"
)

// TestNoAnswerShowsHiddenData sends the probes of every route as every user (S-01,
// S-02, S-03, S-05).
func TestNoAnswerShowsHiddenData(t *testing.T) {
	t.Parallel()
	fx := newFixture(t)
	fx.foreignImport(fx.newTester(t, fx.people[0]))
	t.Run("reads", func(t *testing.T) {
		for _, p := range fx.usersWithRole() {
			t.Run(p.Login, func(t *testing.T) {
				t.Parallel()
				tr := fx.newTester(t, p)
				tr.runProbes(readProbes, probeAdministration)
				tr.report()
			})
		}
	})
	for _, p := range fx.usersWithRole() {
		t.Run("writes/"+p.Login, func(t *testing.T) {
			tr := fx.newTester(t, p)
			tr.runWriteProbes()
			tr.report()
		})
	}
	t.Run("events", func(t *testing.T) {
		var agents []*tester
		for _, p := range fx.usersWithRole() {
			agents = append(agents, fx.newTester(t, p))
		}
		fx.checkEvents(t, agents)
		for _, tr := range agents {
			tr.report()
		}
	})
}

// runProbes runs the probes of all routes.
func (tr *tester) runProbes(probes map[string][]probe, more ...probe) {
	for _, name := range slices.Sorted(maps.Keys(probes)) {
		for _, p := range probes[name] {
			p(tr)
		}
	}
	for _, p := range more {
		p(tr)
	}
}

// runWriteProbes runs the probes that write; afterwards no stored byte may differ.
func (tr *tester) runWriteProbes() {
	before := tr.storedDigests()
	for _, name := range slices.Sorted(maps.Keys(writeProbes)) {
		for _, p := range writeProbes[name] {
			p(tr)
		}
		after := tr.storedDigests()
		for key := range after {
			if before[key] != after[key] {
				tr.find("%s changed %s: %s", name, key, after[key])
			}
		}
		for key := range before {
			if _, still := after[key]; !still {
				tr.find("%s took %s away", name, key)
			}
		}
		before = after
	}
}

// storedDigests are digests of all stored documents with user data.
func (tr *tester) storedDigests() map[string]string {
	docs := map[string]string{}
	for _, collection := range []string{"matter", "account", "team", "line", "user", "department", "role_assignment", "stage_visit", record.HistoryCollection, record.BinCollection} {
		found, err := tr.Store.Find(tr.t.Context(), collection, store.Find{Limit: 10_000})
		if err != nil {
			tr.t.Fatal(err)
		}
		for _, d := range found {
			docs[collection+"/"+d.ID] = fmt.Sprintf("%x %.300s", sha256.Sum256(d.Body), d.Body)
		}
	}
	return docs
}

// report fails the test with the findings.
func (tr *tester) report() {
	tr.t.Helper()
	if tr.asked == 0 {
		tr.t.Error("nothing was asked")
	}
	list := slices.Sorted(maps.Keys(tr.findings))
	for i, f := range list {
		if i == 40 {
			tr.t.Errorf("and %d more", len(list)-i)
			return
		}
		tr.t.Error(f)
	}
}
