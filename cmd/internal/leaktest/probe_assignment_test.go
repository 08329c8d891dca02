package leaktest

import (
	"encoding/json"
	"net/http"
)

// probeAssignments reads the traces of every visible matter: those whose owner is
// hidden show none.
func probeAssignments(tr *tester) {
	for _, r := range tr.visible(tr.user, "matter") {
		answer := tr.do("GET", "/records/matter/"+r.id+"/assignments", nil)
		var page struct{ Items []json.RawMessage }
		if err := json.Unmarshal([]byte(answer.Body), &page); err != nil || answer.Status != http.StatusOK {
			tr.find("traces: %d", answer.Status)
		}
		shown := tr.sees(tr.user, r, "owner")
		if !r.deleted && (len(page.Items) > 0) != shown {
			tr.find("%d traces of a matter whose owner is visible: %v", len(page.Items), shown)
		}
	}
	for _, by := range []string{"record", "winner", "total", "note", "rule"} {
		tr.do("POST", "/records/assignment/aggregate", object{"groupBy": []string{by}, "metrics": object{"n": []string{"count"}}})
	}
	if answer := tr.query("assignment", object{"limit": 1000}); answer.Status == http.StatusOK {
		if got, want := len(ids(answer)), 2*tr.ownersSeen(); got != want {
			tr.find("%d assignments are listed, want %d", got, want)
		}
	}
}

// ownersSeen is how many matters the user sees with their owner.
func (tr *tester) ownersSeen() int {
	n := 0
	for _, r := range tr.visible(tr.user, "matter") {
		if !r.deleted && tr.sees(tr.user, r, "owner") {
			n++
		}
	}
	return n
}

// probeReasons asks for the reasons of all assignments: those of visible matters count.
func probeReasons(tr *tester) {
	tr.do("GET", "/assignments/reasons?entity=matter&rule=kept&limit=1000", nil)
	answer := tr.do("GET", "/assignments/reasons", nil)
	var list struct{ Items []struct{ Count int } }
	if err := json.Unmarshal([]byte(answer.Body), &list); err != nil || answer.Status != http.StatusOK {
		return
	}
	got := 0
	for _, r := range list.Items {
		got += r.Count
	}
	if want := tr.ownersSeen(); got != want {
		tr.find("%d failed assignments are counted, want %d", got, want)
	}
}

// probeScores asks who would get each visible matter: the reasons show no hidden value.
func probeScores(tr *tester) {
	for _, r := range tr.visible(tr.user, "matter") {
		tr.do("POST", "/records/matter/"+r.id+"/assign", object{"rule": "scored", "dry_run": true})
	}
}
