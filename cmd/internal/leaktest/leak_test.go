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

// TestNobodySeesMore asks every door as every person for every row and field
// that his roles do not give him (S-01, S-02, S-03, S-05).
func TestNobodySeesMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.foreignImport(w.agent(t, w.people[0]))
	t.Run("reads", func(t *testing.T) {
		for _, p := range w.askers() {
			t.Run(p.Login, func(t *testing.T) {
				t.Parallel()
				a := w.agent(t, p)
				a.ask(reading, probeAdministration)
				a.report()
			})
		}
	})
	for _, p := range w.askers() {
		t.Run("writes/"+p.Login, func(t *testing.T) {
			a := w.agent(t, p)
			a.attack()
			a.report()
		})
	}
	t.Run("events", func(t *testing.T) {
		var agents []*agent
		for _, p := range w.askers() {
			agents = append(agents, w.agent(t, p))
		}
		w.eventsOf(t, agents)
		for _, a := range agents {
			a.report()
		}
	})
}

// ask runs the probes of doors.
func (a *agent) ask(doors map[string][]probe, more ...probe) {
	for _, name := range slices.Sorted(maps.Keys(doors)) {
		for _, p := range doors[name] {
			p(a)
		}
	}
	for _, p := range more {
		p(a)
	}
}

// attack runs the probes that write: not one byte may be another one after it.
func (a *agent) attack() {
	before := a.kept()
	for _, name := range slices.Sorted(maps.Keys(writing)) {
		for _, p := range writing[name] {
			p(a)
		}
		after := a.kept()
		for key := range after {
			if before[key] != after[key] {
				a.find("%s changed %s: %s", name, key, after[key])
			}
		}
		for key := range before {
			if _, still := after[key]; !still {
				a.find("%s took %s away", name, key)
			}
		}
		before = after
	}
}

// kept are all documents that hold data of people, as digests.
func (a *agent) kept() map[string]string {
	docs := map[string]string{}
	for _, collection := range []string{"matter", "account", "team", "line", "user", "department", "role_assignment", "stage_visit", record.HistoryCollection, record.BinCollection} {
		found, err := a.Store.Find(a.t.Context(), collection, store.Find{Limit: 10_000})
		if err != nil {
			a.t.Fatal(err)
		}
		for _, d := range found {
			docs[collection+"/"+d.ID] = fmt.Sprintf("%x %.300s", sha256.Sum256(d.Body), d.Body)
		}
	}
	return docs
}

// report fails the test with what was found.
func (a *agent) report() {
	a.t.Helper()
	if a.asked == 0 {
		a.t.Error("nothing was asked")
	}
	list := slices.Sorted(maps.Keys(a.findings))
	for i, f := range list {
		if i == 40 {
			a.t.Errorf("and %d more", len(list)-i)
			return
		}
		a.t.Error(f)
	}
}
