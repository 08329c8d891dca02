package access_test

import (
	"encoding/json"
	"slices"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// crm is the organisation of the stories: mia leads ann in the west, bob works
// in a team under the west, eve in the east, fin keeps the books.
func crm(t *testing.T) *fixture {
	t.Helper()
	sales := grant("deal", "own", "create", "read", "update")
	sales.Read = schemas.FieldSet{All: true, Except: []string{"f3"}}
	sales.Write = schemas.FieldSet{Only: []string{"f0", "owner"}}
	sales.Transitions = []string{"start"}
	lead := grant("deal", "subordinates", "read", "export")
	below := grant("deal", "department_below", "read")
	below.Read = schemas.FieldSet{Only: []string{"f0"}}
	books := grant("deal", "all", "read", "update")
	books.Write = schemas.FieldSet{Only: []string{"f3"}}
	staff := grant("user", "all", "create", "update")
	handout := grant("role_assignment", "all", "create", "update", "delete", "read")
	h := newFixture(t, role("sales", sales), role("manager", lead), role("regional", below), role("finance", books),
		role("hr", staff, handout))
	h.put("department", "west", doc{"name": "West"})
	h.put("department", "west-1", doc{"name": "Team 1", "parent": "west"})
	h.put("department", "east", doc{"name": "East"})
	mia := h.user("mia", doc{"department": "west"}, "sales", "manager", "regional")
	h.user("ann", doc{"department": "west", "superior": mia}, "sales")
	h.user("bob", doc{"department": "west-1"}, "sales")
	h.user("eve", doc{"department": "east"}, "sales")
	h.user("fin", nil, "finance")
	h.user("hal", nil, "hr", "sales")
	h.user("new", nil)
	return h
}

func dealOf(owner string) doc {
	return doc{"id": "d-" + owner, "rev": 1.0, "owner": "u-" + owner, "f0": "x", "f3": "y"}
}

// The story of S-01, S-03 and S-05 for people who share one table.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	h := crm(t)
	for _, s := range []struct {
		as, deal string
		op       schemas.Operation
		may      bool
		reads    string // of f0 and f3
		writes   string
	}{
		{"ann", "ann", "read", true, "f0", "f0"},
		{"ann", "ann", "update", true, "f0", "f0"},
		{"ann", "ann", "delete", false, "f0", "f0"},
		{"ann", "ann", "export", false, "f0", "f0"},
		{"ann", "mia", "read", false, "", ""},
		{"mia", "mia", "read", true, "f0", "f0"}, // f3 is read on rows of subordinates only
		{"mia", "ann", "read", true, "f0 f3", ""},
		{"mia", "ann", "export", true, "f0 f3", ""},
		{"mia", "ann", "update", false, "f0 f3", ""},
		{"mia", "bob", "read", true, "f0", ""}, // by the department below
		{"mia", "bob", "export", false, "f0", ""},
		{"mia", "eve", "read", false, "", ""},
		{"fin", "eve", "update", true, "f0 f3", "f3"},
		{"new", "ann", "read", false, "", ""}, // new entities are closed
	} {
		r, row := h.as(s.as), dealOf(s.deal)
		if got := r.Can("deal", s.op, row); got != s.may {
			t.Errorf("%s may %s the deal of %s: %v, want %v", s.as, s.op, s.deal, got, s.may)
		}
		if got := listed(r.ReadMask("deal", row).Has); got != s.reads {
			t.Errorf("%s reads %q of the deal of %s, want %q", s.as, got, s.deal, s.reads)
		}
		if got := listed(r.WriteMask("deal", schemas.OpUpdate, row).Has); got != s.writes {
			t.Errorf("%s writes %q of the deal of %s, want %q", s.as, got, s.deal, s.writes)
		}
	}
	if r := h.as("ann"); !r.CanTransition("deal", "start", dealOf("ann")) || r.CanTransition("deal", "start", dealOf("mia")) ||
		r.CanTransition("deal", "other", dealOf("ann")) {
		t.Error("transitions are not those of the grant")
	}
}

func listed(has func(string) bool) string {
	out := ""
	for _, f := range []string{"f0", "f3"} {
		if has(f) {
			if out != "" {
				out += " "
			}
			out += f
		}
	}
	return out
}

// Scopes stay in the form that an index serves.
func TestScopesStaySimple(t *testing.T) {
	t.Parallel()
	h := crm(t)
	if x, ok := h.as("ann").Scope("deal", "read").(query.Cmp); !ok || x.Op != query.Eq || x.Value != "u-ann" {
		t.Errorf("own rows: %#v", x)
	}
	x, ok := h.as("mia").Scope("deal", "read").(query.Cmp)
	if ids, _ := x.Value.([]any); !ok || x.Op != query.In || len(ids) != 3 {
		t.Errorf("own, subordinates' and department's rows are one list of owners: %#v", x)
	}
	if x := h.as("fin").Scope("deal", "read"); x != nil {
		t.Errorf("all rows: %#v", x)
	}
	if x, ok := h.as("new").Scope("deal", "read").(query.Any); !ok || len(x) != 0 {
		t.Errorf("no rows: %#v", x)
	}
}

// Who leads nobody yet sees an empty list, not a refusal.
func TestEmptyScopeIsNoRefusal(t *testing.T) {
	t.Parallel()
	h := crm(t)
	h.user("lea", nil, "manager")
	r := h.as("lea")
	x, ok := r.Scope("deal", "read").(query.Any)
	if !r.Allowed("deal", "read") || !r.Readable("deal", "f3") || !ok || len(x) != 0 {
		t.Errorf("scope %#v", r.Scope("deal", "read"))
	}
	h.put("user", "u-ann", doc{"superior": "u-lea"})
	if !h.as("lea").Can("deal", "read", dealOf("ann")) {
		t.Error("a new subordinate's deals are not seen")
	}
}

// Every member knows the colleagues, but no more of them.
func TestMembersSeeColleagues(t *testing.T) {
	t.Parallel()
	h := crm(t)
	r := h.as("new")
	for field, want := range map[string]bool{"login": true, "name": true, "superior": true, "email": false, "phone": false} {
		if got := r.Readable("user", field); got != want {
			t.Errorf("user.%s readable: %v", field, got)
		}
	}
	if r.Allowed("user", "update") || r.Allowed("role_assignment", "read") || r.Allowed("user", "export") {
		t.Error("a member does more than read")
	}
	deal := h.current.Model().Entities["deal"]
	p := query.Path{Through: "user", Via: "owner", Field: "name"}
	if _, ok := r.RestrictPath(deal, p); ok {
		t.Error("a path leads through a field that cannot be read")
	}
	if _, ok := h.as("ann").RestrictPath(deal, p); !ok {
		t.Error("the owner's name cannot be read")
	}
}

// A user assigns only roles that they hold, and only an admin changes an admin (S-06).
func TestNobodyRaisesHimself(t *testing.T) {
	t.Parallel()
	h := crm(t)
	boss := h.user("boss", nil, "admin")
	r := h.as("hal")
	for _, c := range []struct {
		entity string
		op     schemas.Operation
		row    doc
		may    bool
	}{
		{"role_assignment", "create", doc{"user": "u-new", "role": "sales"}, true},
		{"role_assignment", "create", doc{"user": "u-new", "role": "finance"}, false},
		{"role_assignment", "create", doc{"user": "u-hal", "role": "admin"}, false},
		{"role_assignment", "delete", doc{"user": boss, "role": "sales"}, false},
		{"role_assignment", "read", doc{"user": boss, "role": "admin"}, true},
		{"user", "update", doc{"id": "u-new", "login": "new"}, true},
		{"user", "update", doc{"id": boss, "login": "boss"}, false},
		{"user", "create", doc{"id": "x", "login": "admin"}, false},
	} {
		if got := r.Can(c.entity, c.op, c.row); got != c.may {
			t.Errorf("hal may %s %s %v: %v", c.op, c.entity, c.row, got)
		}
	}
	if m := r.WriteMask("role_assignment", schemas.OpUpdate, doc{"user": "u-new", "role": "sales"}); m.Has("role") || m.Has("user") {
		t.Error("an assignment is turned into another")
	}
	if m := r.WriteMask("user", schemas.OpUpdate, doc{"id": "u-new", "login": "new"}); m.Has("login") || !m.Has("name") {
		t.Error("a login is taken over, or nothing can be written")
	}
}

// Rows of people who have left stay where they were: departments and superiors
// are read from the users, active or not.
func TestLeaverIsRefused(t *testing.T) {
	t.Parallel()
	h := crm(t)
	a, err := h.ActorOf(t.Context(), "ann")
	if err != nil {
		t.Fatal(err)
	}
	h.put("user", "u-ann", doc{"active": false})
	_, err = h.Rights(t.Context(), a)
	wantCode(t, err, "unauthenticated")
	_, err = h.ActorOf(t.Context(), "ann")
	wantCode(t, err, "unauthenticated")
	if !h.as("mia").Can("deal", "read", dealOf("ann")) {
		t.Error("the deals of a leaver are lost to the superior")
	}
}

// Stage visits are seen with their record and its stage, by nobody else, and
// written by nobody.
func TestVisitsFollowTheirRecord(t *testing.T) {
	t.Parallel()
	h := crm(t)
	for _, who := range []string{"ann", "eve"} {
		h.put("deal", "d-"+who, dealOf(who))
		h.put("stage_visit", "v-"+who, doc{"entity": "deal", "record": "d-" + who, "stage": "open"})
	}
	h.put("stage_visit", "v-gone", doc{"entity": "deal", "record": "d-gone", "stage": "open"})
	h.put("stage_visit", "v-other", doc{"entity": "other", "record": "d-ann", "stage": "open"})
	for who, want := range map[string][]string{"ann": {"v-ann"}, "mia": {"v-ann"}, "fin": {"v-ann", "v-eve"}, "new": nil} {
		r := h.as(who)
		docs, err := h.store.Find(t.Context(), "stage_visit", store.Find{Where: r.Scope("stage_visit", "read"), Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, d := range docs {
			found = append(found, d.ID)
			var row doc
			if err := json.Unmarshal(d.Body, &row); err != nil {
				t.Fatal(err)
			}
			if !r.Can("stage_visit", "read", row) || !r.ReadMask("stage_visit", row).Has("days") {
				t.Errorf("%s finds %s but cannot read it", who, d.ID)
			}
		}
		if !slices.Equal(found, want) {
			t.Errorf("%s finds %v, want %v", who, found, want)
		}
		for _, id := range []string{"d-ann", "d-eve", "d-gone"} {
			row := doc{"entity": "deal", "record": id}
			if got := r.Can("stage_visit", "read", row); got != slices.Contains(want, "v"+id[1:]) {
				t.Errorf("%s reads the visit of %s: %v", who, id, got)
			}
		}
		if r.Allowed("stage_visit", "update") || r.Allowed("stage_visit", "delete") {
			t.Errorf("%s writes stage visits", who)
		}
	}
	if r := h.as("mia"); !r.Can("stage_visit", "export", doc{"entity": "deal", "record": "d-ann"}) || h.as("ann").Allowed("stage_visit", "export") {
		t.Error("visits are not exported with their record")
	}
}

// Across a reference the field must be readable on the row referred to (S-04).
func TestPathAcrossReference(t *testing.T) {
	t.Parallel()
	h := crm(t)
	deal := h.current.Model().Entities["deal"]
	far := func(field string) query.Path { return query.Path{Through: "deal", Via: "f0", Field: field} }
	if _, ok := h.as("ann").RestrictPath(deal, far("f3")); ok {
		t.Error("ann reads f3 across a reference")
	}
	p, ok := h.as("mia").RestrictPath(deal, far("f3"))
	if !ok || !query.Matches(p.Scope, dealOf("ann"), nil) || query.Matches(p.Scope, dealOf("mia"), nil) || query.Matches(p.Scope, dealOf("bob"), nil) {
		t.Errorf("mia reads f3 across a reference where %#v", p.Scope)
	}
	p, ok = h.as("mia").RestrictPath(deal, far("f0"))
	if !ok || !query.Matches(p.Scope, dealOf("bob"), nil) || query.Matches(p.Scope, dealOf("eve"), nil) {
		t.Errorf("mia reads f0 across a reference where %#v", p.Scope)
	}
	if p, ok := h.as("fin").RestrictPath(deal, far("f3")); !ok || p.Scope != nil || p.Visible != nil {
		t.Errorf("fin: %#v", p)
	}
}
