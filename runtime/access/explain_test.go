package access_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/schemas"
)

func codes(reasons []access.Reason) []string {
	var out []string
	for _, r := range reasons {
		out = append(out, r.Code)
	}
	return out
}

func TestExplain(t *testing.T) {
	t.Parallel()
	h := crm(t)
	h.put("deal", "d-ann", dealOf("ann"))
	h.put("deal", "d-eve", dealOf("eve"))
	for _, c := range []struct {
		user, id, op, field string
		allowed             bool
		decided, missing    []string
		fix                 string // one of the proposals
		says                string // in English, among what is missing
	}{
		{"ann", "d-ann", "read", "", true, []string{"sales"}, nil, "", ""},
		{"u-mia", "d-ann", "read", "", true, []string{"manager", "regional"}, []string{"explain_not_owner"}, "", "Name of ann, not Name of mia"},
		{"mia", "d-eve", "read", "", false, nil, []string{"explain_not_subordinate", "explain_not_below", "explain_not_owner"},
			"fix_superior", "Name of eve is not a subordinate of Name of mia"},
		{"ann", "d-ann", "delete", "", false, nil, []string{"explain_operation"}, "fix_operation", "operation delete"},
		{"ann", "d-ann", "read", "f3", false, nil, []string{"explain_field_read"}, "fix_field", "field f3"},
		{"ann", "d-ann", "write", "f3", false, nil, []string{"explain_field_write"}, "fix_assign_role", "field f3"},
		{"fin", "d-ann", "write", "f3", true, []string{"finance"}, nil, "", ""},
		{"ann", "d-eve", "update", "", false, nil, []string{"explain_not_owner"}, "fix_owner", "the owner is Name of eve"},
		{"new", "d-ann", "read", "", false, nil, []string{"explain_no_grant"}, "fix_assign_role", "has a grant on"},
		{"ann", "", "create", "", true, []string{"sales"}, nil, "", ""},
		{"ann", "nothing", "read", "", false, nil, []string{"explain_no_record"}, "", "recycle bin"},
	} {
		x, err := h.ExplainField(t.Context(), c.user, "deal", c.id, c.op, c.field)
		if err != nil {
			t.Fatal(err)
		}
		at := c.user + " " + c.op + " " + c.id + " " + c.field
		var decided []string
		for _, g := range x.Grants {
			decided = append(decided, g.Role)
		}
		if x.Allowed != c.allowed || !slices.Equal(decided, c.decided) || !slices.Equal(codes(x.Missing), c.missing) {
			t.Errorf("%s: %v by %v, missing %v", at, x.Allowed, decided, codes(x.Missing))
		}
		if c.fix != "" && !slices.Contains(codes(x.Fix), c.fix) || x.Allowed && len(x.Fix) > 0 {
			t.Errorf("%s: fix %v, want %s", at, codes(x.Fix), c.fix)
		}
		said := slices.ContainsFunc(x.Missing, func(r access.Reason) bool { return strings.Contains(r.Message.En, c.says) })
		if c.says != "" && !said {
			t.Errorf("%s: %+v does not say %q", at, x.Missing, c.says)
		}
		for _, r := range append(x.Missing, x.Fix...) {
			if r.Message.ZhCN == "" || r.Message.ZhCN == r.Code || r.Message.En == r.Code || strings.Contains(r.Message.En+r.Message.ZhCN, "{") {
				t.Errorf("%s: text of %+v", at, r)
			}
		}
	}
}

// What is proposed is true: with the role that is proposed, it is allowed.
func TestExplainProposesWhatWorks(t *testing.T) {
	t.Parallel()
	h := crm(t)
	h.put("deal", "d-ann", dealOf("ann"))
	x, err := h.Explain(t.Context(), "new", "deal", "d-ann", "read")
	if err != nil || len(x.Fix) != 1 || !strings.Contains(x.Fix[0].Message.En, "finance") {
		t.Fatalf("%+v, %v", x, err)
	}
	h.assign("u-new", "finance")
	if x, err = h.Explain(t.Context(), "new", "deal", "d-ann", "read"); err != nil || !x.Allowed {
		t.Errorf("%+v, %v", x, err)
	}
}

// E11: a role whose package awaits confirmation has no grants; explain says so.
func TestExplainNamesWhatAwaitsConfirmation(t *testing.T) {
	t.Parallel()
	h := newFixture(t, role("clerk"))
	h.user("ann", nil, "clerk")
	waiting := role("clerk", grant("deal", "all", "read"))
	h.Unconfirmed = func(context.Context) (map[string][]schemas.Definition, error) {
		return map[string][]schemas.Definition{"shop": {waiting}}, nil
	}
	x, err := h.Explain(t.Context(), "ann", "deal", "", "read")
	if err != nil || x.Allowed || !slices.Equal(codes(x.Missing), []string{"explain_no_grant", "explain_unconfirmed"}) || !slices.Equal(codes(x.Fix), []string{"fix_confirm"}) {
		t.Fatalf("%+v, %v", x, err)
	}
	if text := x.Fix[0].Message; !strings.Contains(text.En, "shop") || !strings.Contains(text.ZhCN, "shop") {
		t.Errorf("fix %+v", text)
	}
	if x, _ = h.Explain(t.Context(), "ann", "deal", "", "delete"); len(x.Fix) > 0 {
		t.Errorf("confirming would not allow to delete, but is proposed: %+v", x.Fix)
	}
}

func TestExplainEdges(t *testing.T) {
	t.Parallel()
	h := crm(t)
	h.user("boss", nil, "admin")
	h.user("gone", doc{"active": false}, "sales")
	for _, c := range []struct {
		user, entity, op, field string
		code                    problem.Code
	}{
		{"nobody", "deal", "read", "", problem.NotFound}, {"ann", "nothing", "read", "", problem.NotFound},
		{"ann", "deal", "fly", "", problem.Invalid}, {"ann", "deal", "read", "x", problem.Invalid},
	} {
		_, err := h.ExplainField(t.Context(), c.user, c.entity, "", c.op, c.field)
		wantCode(t, err, c.code)
	}
	if x, _ := h.Explain(t.Context(), "gone", "deal", "", "read"); x.Allowed || !slices.Equal(codes(x.Fix), []string{"fix_activate"}) {
		t.Errorf("inactive: %+v", x)
	}
	if x, _ := h.Explain(t.Context(), "boss", "deal", "", "delete"); !x.Allowed || x.Grants[0].Role != "admin" {
		t.Errorf("admin: %+v", x)
	}
	if x, _ := h.Explain(t.Context(), "boss", "stage_visit", "", "update"); x.Allowed || !slices.Equal(codes(x.Missing), []string{"explain_read_only"}) {
		t.Errorf("stage visits: %+v", x)
	}
	h.put("role_assignment", "theirs", doc{"user": "u-boss", "role": "admin"})
	if x, _ := h.Explain(t.Context(), "hal", "role_assignment", "theirs", "delete"); x.Allowed || !slices.Contains(codes(x.Missing), "explain_privilege") {
		t.Errorf("lattice: %+v", x)
	}
}
