package access_test

import (
	"slices"
	"testing"
	"time"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/schemas"
)

func role(key string, grants ...schemas.Grant) *schemas.Role {
	return &schemas.Role{Kind: schemas.KindRole, Key: key, Title: schemas.Title{ZhCN: key, En: key}, Grants: grants}
}

func grant(entity, scope string, ops ...schemas.Operation) schemas.Grant {
	return schemas.Grant{Entity: entity, Operations: ops, Scopes: []schemas.Scope{{Type: scope}},
		Read: schemas.FieldSet{All: true}, Write: schemas.FieldSet{All: true}}
}

func TestTokenActsWithOneRole(t *testing.T) {
	t.Parallel()
	h := newFixture(t, role("sales", grant("deal", "own", "read")), role("finance", grant("deal", "all", "read")))
	ann := h.user("ann", nil, "sales", "finance")
	actor, _ := h.ActorOf(t.Context(), "ann")
	made, secret, err := h.CreateToken(t.Context(), actor, access.NewToken{Role: "sales", Name: " report "}, nil)
	if err != nil || made.User != ann || made.Name != "report" || len(secret) < 40 || secret[:len(made.Prefix)] != made.Prefix {
		t.Fatalf("token %+v, %v", made, err)
	}
	a, err := h.Authenticate(t.Context(), secret)
	if err != nil || a.UserID != ann || !slices.Equal(a.Roles, []string{"sales"}) {
		t.Fatalf("actor %+v, %v", a, err)
	}
	r, err := h.Rights(t.Context(), a)
	if err != nil || r.Scope("deal", "read") == nil {
		t.Errorf("the token has its user's other role: %v", err)
	}
	if a.MayManage(ann) {
		t.Error("a token manages sign-in, so it could widen itself")
	}
	_, _, err = h.CreateToken(t.Context(), a, access.NewToken{Role: "finance", Name: "wider"}, nil)
	wantCode(t, err, problem.Forbidden)
	if err := h.RevokeToken(t.Context(), actor, made.ID); err != nil {
		t.Fatal(err)
	}
	_, err = h.Authenticate(t.Context(), secret)
	wantCode(t, err, problem.Unauthenticated)
}

func TestTokenLosesRoleWithItsUser(t *testing.T) {
	t.Parallel()
	h := newFixture(t, role("sales", grant("deal", "own", "read")))
	ann := h.user("ann", nil)
	id := h.assign(ann, "sales")
	actor, _ := h.ActorOf(t.Context(), "ann")
	expires := h.clock().Add(time.Hour)
	_, secret, err := h.CreateToken(t.Context(), actor, access.NewToken{Role: "sales", Name: "n", ExpiresAt: &expires}, nil)
	if err != nil {
		t.Fatal(err)
	}
	h.remove("role_assignment", id)
	if a, err := h.Authenticate(t.Context(), secret); err != nil || len(a.Roles) != 0 {
		t.Errorf("actor %+v, %v", a, err)
	}
	h.wait(time.Hour)
	_, err = h.Authenticate(t.Context(), secret)
	wantCode(t, err, problem.Unauthenticated)
}

// A token has only a role that its maker holds, and every problem is reported at once (S-06).
func TestTokenProblems(t *testing.T) {
	t.Parallel()
	h := newFixture(t, role("sales"), role("finance"))
	h.user("ann", nil, "sales")
	bob := h.user("bob", nil)
	ann, _ := h.ActorOf(t.Context(), "ann")
	past := h.clock()
	for name, c := range map[string]struct {
		by    *access.Actor
		want  access.NewToken
		codes []string
	}{
		"empty":         {ann, access.NewToken{}, []string{"required", "required"}},
		"unknown":       {ann, access.NewToken{Role: "x", Name: "n"}, []string{"no_such_role"}},
		"not held":      {ann, access.NewToken{Role: "finance", Name: "n"}, []string{"role_not_held"}},
		"admin":         {ann, access.NewToken{Role: "admin", Name: "n"}, []string{"role_not_held"}},
		"past, no name": {ann, access.NewToken{Role: "sales", ExpiresAt: &past}, []string{"required", "expires_in_past"}},
		"no user":       {access.System(), access.NewToken{User: "x", Role: "sales", Name: "n"}, []string{"no_such_record"}},
		"user without":  {access.System(), access.NewToken{User: bob, Role: "sales", Name: "n"}, []string{"role_not_held"}},
	} {
		_, _, err := h.CreateToken(t.Context(), c.by, c.want, nil)
		wantCode(t, err, problem.Invalid)
		var codes []string
		for _, f := range problem.As(err).Fields {
			codes = append(codes, f.Code)
		}
		if !slices.Equal(codes, c.codes) {
			t.Errorf("%s: %v, want %v", name, codes, c.codes)
		}
	}
	_, _, err := h.CreateToken(t.Context(), ann, access.NewToken{User: bob, Role: "sales", Name: "n"}, nil)
	wantCode(t, err, problem.Forbidden)
}

func TestEnsureAdmin(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	made, generated, err := h.EnsureAdmin(t.Context(), "")
	if !made || len(generated) < 20 || err != nil {
		t.Fatalf("%v %q %v", made, generated, err)
	}
	again, second, err := h.EnsureAdmin(t.Context(), "other password")
	if again || second != "" || err != nil {
		t.Errorf("a later start resets: %v %q %v", again, second, err)
	}
	token, a, err := h.SignIn(t.Context(), "admin", generated, access.SignInOrigin{})
	if err != nil || !a.Admin || !a.Holds("anything") {
		t.Fatalf("%+v %v", a, err)
	}
	if r := h.as("admin"); !r.Allowed("deal", "delete") || r.Scope("deal", "read") != nil || r.Allowed("stage_visit", "update") {
		t.Error("admin may not do everything, or writes stage visits")
	}
	if _, err := h.Authenticate(t.Context(), token); err != nil {
		t.Error(err)
	}
}
