package leaktest

import (
	"fmt"
	"net/http"
	"testing"
)

// TestAMergeRevealsNothingHidden merges a record that the user sees in part into
// a fully visible one: hidden values must not come over, and histories must not
// name records that their reader may not see (S-01, S-03).
func TestAMergeRevealsNothingHidden(t *testing.T) {
	t.Parallel()
	fx := newFixture(t)
	var me *user
	for _, p := range fx.people {
		if p.role == "mixed" {
			me = p
		}
	}
	tr := fx.newTester(t, me)
	var mine, other *row
	for _, r := range fx.visible(me, "matter") {
		switch {
		case r.values["owner"] == me.ID:
			mine = r
		case fx.may(me, "delete", r, "") && !fx.sees(me, r, "serial"):
			other = r
		}
	}
	if mine == nil || other == nil {
		t.Fatal("the world has no two rows to merge")
	}
	empty := object{"note": nil, "serial": nil, "worth": nil, "amount": nil, "due": nil, "seen": nil, "account": nil, "tags": nil, "file": nil}
	fx.Do(t, fx.Admin, "PATCH", "/records/matter/"+mine.id, empty).Want(t, http.StatusOK)
	for _, key := range matterFields { // visible fields come over, and what is computed from them
		if fx.sees(me, other, key) {
			fx.addValue(mine, key, other.values[key])
		}
	}
	fx.addValue(mine, "fee", other.values["fee"])
	tr.do("POST", "/records/matter/merge", fmt.Sprintf(`{"keep":%q,"from":[%q]}`, mine.id, other.id)).Want(t, http.StatusOK)
	tr.do("GET", "/records/matter/"+mine.id, nil)
	tr.do("GET", "/records/matter/"+mine.id+"/history", nil)
	tr.report()
	for _, p := range fx.usersWithRole() {
		b := fx.newTester(t, p)
		b.do("GET", "/records/matter/"+mine.id+"/history", nil)
		b.do("GET", "/records/matter/"+other.id+"/history", nil)
		b.report()
	}
}
