package access_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/store"
)

func wantCode(t *testing.T, err error, code problem.Code) {
	t.Helper()
	if problem.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestSessionLife(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	ann := h.user("ann", nil, "sales")
	h.password(ann)
	token := h.signIn("ann")

	a, err := h.Authenticate(t.Context(), token)
	if err != nil || a.UserID != ann || a.Session == "" || len(a.Roles) != 1 || a.Roles[0] != "sales" {
		t.Fatalf("got %+v, %v", a, err)
	}
	h.wait(50 * time.Hour)
	if _, err := h.Authenticate(t.Context(), token); err != nil {
		t.Errorf("a used session ends: %v", err)
	}
	h.wait(50 * time.Hour)
	if _, err := h.Authenticate(t.Context(), token); err != nil {
		t.Errorf("use does not keep a session: %v", err)
	}
	h.wait(73 * time.Hour)
	_, err = h.Authenticate(t.Context(), token)
	wantCode(t, err, problem.Unauthenticated) // idle

	token = h.signIn("ann")
	for range 15 {
		h.wait(50 * time.Hour)
		_, err = h.Authenticate(t.Context(), token)
	}
	wantCode(t, err, problem.Unauthenticated) // 30 days are the end
	if n, err := h.Sweep(t.Context()); n == 0 || err != nil {
		t.Errorf("nothing is swept: %d, %v", n, err)
	}
}

// Authority changes hold for the next request (S-11, S-26).
func TestRevocationHoldsAtOnce(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	ann := h.user("ann", nil)
	h.password(ann)
	for name, revoke := range map[string]func(a *access.Actor) error{
		"sign out": func(a *access.Actor) error { return h.SignOut(t.Context(), a) },
		"revoke":   func(a *access.Actor) error { return h.RevokeSession(t.Context(), access.System(), a.Session) },
		"password": func(*access.Actor) error { return h.SetPassword(t.Context(), ann, password) },
		"inactive": func(*access.Actor) error { h.put("user", ann, doc{"active": false}); return nil },
	} {
		h.put("user", ann, doc{"active": true})
		token := h.signIn("ann")
		a, err := h.Authenticate(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		if err := revoke(a); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, err = h.Authenticate(t.Context(), token)
		wantCode(t, err, problem.Unauthenticated)
		wantCode(t, h.Check(t.Context(), a), problem.Unauthenticated)
	}
}

func TestRoleChangeHoldsAtOnce(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	ann := h.user("ann", nil)
	h.password(ann)
	token := h.signIn("ann")
	a, _ := h.Authenticate(t.Context(), token)
	id := h.assign(ann, "admin")
	if b, err := h.Authenticate(t.Context(), token); err != nil || a.Admin || !b.Admin {
		t.Errorf("before %+v, after %+v, %v", a, b, err)
	}
	if r, err := h.Rights(t.Context(), a); err != nil || !r.Allowed("deal", "delete") {
		t.Errorf("an actor from before keeps his rights: %v", err)
	}
	h.remove("role_assignment", id)
	if b, err := h.Authenticate(t.Context(), token); err != nil || b.Admin {
		t.Errorf("after removal %+v, %v", b, err)
	}
}

func TestPasswordChangeKeepsOwnSession(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	ann := h.user("ann", nil)
	h.password(ann)
	here, there := h.signIn("ann"), h.signIn("ann")
	a, _ := h.Authenticate(t.Context(), here)
	if err := h.SetPassword(t.Context(), ann, "another horse", a.Session); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Authenticate(t.Context(), here); err != nil {
		t.Errorf("the own session ends: %v", err)
	}
	_, err := h.Authenticate(t.Context(), there)
	wantCode(t, err, problem.Unauthenticated)
	open, err := h.Sessions(t.Context(), ann)
	if err != nil || len(open) != 1 || open[0].ID != a.Session || open[0].Address != "192.0.2.1" {
		t.Errorf("sessions: %+v, %v", open, err)
	}
}

// The replaced secret serves requests under way; later it ends the session (S-26).
func TestRenewal(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.password(h.user("ann", nil))
	first := h.signIn("ann")
	if a, _ := h.Authenticate(t.Context(), first); a.RotateSecret {
		t.Error("a new secret is due already")
	}
	h.wait(61 * time.Minute)
	if a, _ := h.Authenticate(t.Context(), first); !a.RotateSecret {
		t.Error("an old secret is not due")
	}
	second, err := h.RotateSecret(t.Context(), first)
	if err != nil || second == "" || second == first {
		t.Fatalf("renewal: %q, %v", second, err)
	}
	if again, err := h.RotateSecret(t.Context(), first); again != "" || err != nil {
		t.Errorf("a parallel request renews again: %q, %v", again, err)
	}
	for _, token := range []string{first, second} {
		if a, err := h.Authenticate(t.Context(), token); err != nil || a.RotateSecret {
			t.Errorf("within the grace: %+v, %v", a, err)
		}
	}
	h.wait(2 * time.Minute)
	if _, err := h.Authenticate(t.Context(), second); err != nil {
		t.Errorf("the new secret: %v", err)
	}
	h.open() // nothing depends on what one process remembers
	_, err = h.Authenticate(t.Context(), first)
	wantCode(t, err, problem.Unauthenticated)
	_, err = h.Authenticate(t.Context(), second)
	wantCode(t, err, problem.Unauthenticated)
}

// Known and unknown accounts, wrong and missing passwords give one answer (S-27).
func TestSignInTellsNothing(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.password(h.user("ann", nil))
	h.password(h.user("off", doc{"active": false}))
	h.user("none", nil)
	var texts []string
	for _, c := range []struct{ login, password string }{
		{"ann", "wrong"}, {"ann", ""}, {"nobody", password}, {"none", password}, {"none", ""}, {"off", password},
		{"", ""}, {"ann", strings.Repeat("x", 5000)}, {`{"$ne":null}`, password},
	} {
		_, _, err := h.SignIn(t.Context(), c.login, c.password, access.SignInOrigin{})
		wantCode(t, err, problem.Unauthenticated)
		texts = append(texts, fmt.Sprint(err))
	}
	for _, text := range texts {
		if text != texts[0] {
			t.Errorf("answers differ: %q, %q", texts[0], text)
		}
	}
}

// At most ten tries per window reach the password, from wherever they come;
// a restart does not forget them (S-28).
func TestBruteForceLimit(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.password(h.user("ann", nil))
	h.password(h.user("bob", nil))
	var reached atomic.Int32
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			_, _, err := h.SignIn(t.Context(), "ann", "wrong", access.SignInOrigin{Address: fmt.Sprintf("198.51.100.%d", i)})
			if problem.CodeOf(err) == problem.Unauthenticated {
				reached.Add(1)
			}
		})
	}
	wg.Wait()
	if n := reached.Load(); n != 10 {
		t.Errorf("%d tries reached the password, want 10", n)
	}
	h.open()
	_, _, err := h.SignIn(t.Context(), "ANN", password, access.SignInOrigin{})
	wantCode(t, err, problem.Rate)
	if p := problem.As(err); p.RetryAfter <= 0 || p.RetryAfter > 15*time.Minute {
		t.Errorf("Retry-After %v", p.RetryAfter)
	}
	h.signIn("bob")
	h.wait(16 * time.Minute)
	h.signIn("ann")
}

func TestNetworkLimit(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.password(h.user("ann", nil))
	for i := range 100 { // counted as a whole /64
		const key = "n:2001:db8::/64"
		h.put(access.AttemptCollection, key, doc{"n": i + 1, "until": "2026-03-01T08:15:00.000Z"})
	}
	_, _, err := h.SignIn(t.Context(), "ann", password, access.SignInOrigin{Address: "2001:db8::beef"})
	wantCode(t, err, problem.Rate)
	if _, _, err := h.SignIn(t.Context(), "ann", password, access.SignInOrigin{Address: "2001:db8:0:1::beef"}); err != nil {
		t.Errorf("another network: %v", err)
	}
}

func TestSecretsAreStoredAsDigests(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	ann := h.user("ann", nil, "admin")
	h.password(ann)
	token := h.signIn("ann")
	a, _ := h.Authenticate(t.Context(), token)
	_, secret, err := h.CreateToken(t.Context(), a, access.NewToken{Role: "admin", Name: "n"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range access.Collections() {
		docs, err := h.store.Find(t.Context(), c.Name, store.Find{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			for _, s := range []string{token, secret, password} {
				if strings.Contains(string(d.Body), s[5:]) {
					t.Errorf("%s holds a secret: %s", c.Name, d.Body)
				}
			}
		}
		if !c.Unwatched {
			t.Errorf("%s is sent to watchers", c.Name)
		}
	}
}
