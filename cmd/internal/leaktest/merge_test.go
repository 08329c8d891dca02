package leaktest

import (
	"fmt"
	"net/http"
	"testing"
)

// TestAMergeCarriesNothingHidden merges a record of which little is seen into
// one's own, of which all is: what was hidden must not come over, and histories
// must not name records that their reader does not see (S-01, S-03).
func TestAMergeCarriesNothingHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var me *person
	for _, p := range w.people {
		if p.role == "mixed" {
			me = p
		}
	}
	a := w.agent(t, me)
	var mine, other *row
	for _, r := range w.visible(me, "matter") {
		switch {
		case r.values["owner"] == me.ID:
			mine = r
		case w.may(me, "delete", r, "") && !w.sees(me, r, "serial"):
			other = r
		}
	}
	if mine == nil || other == nil {
		t.Fatal("the world has no two rows to merge")
	}
	empty := object{"note": nil, "serial": nil, "score": nil, "amount": nil, "due": nil, "seen": nil, "account": nil, "tags": nil, "file": nil}
	w.Do(t, w.Admin, "PATCH", "/records/matter/"+mine.id, empty).Want(t, http.StatusOK)
	for _, key := range matterFields { // what he sees comes over, and what is computed of it
		if w.sees(me, other, key) {
			w.value(mine, key, other.values[key])
		}
	}
	w.value(mine, "fee", other.values["fee"])
	a.do("POST", "/records/matter/merge", fmt.Sprintf(`{"keep":%q,"from":[%q]}`, mine.id, other.id)).Want(t, http.StatusOK)
	a.do("GET", "/records/matter/"+mine.id, nil)
	a.do("GET", "/records/matter/"+mine.id+"/history", nil)
	a.report()
	for _, p := range w.askers() {
		b := w.agent(t, p)
		b.do("GET", "/records/matter/"+mine.id+"/history", nil)
		b.do("GET", "/records/matter/"+other.id+"/history", nil)
		b.report()
	}
}
