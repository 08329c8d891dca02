package access_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/store"
)

// Many parallel right sign-ins of one user leave others of the same network
// their tries and their password check. (R8, S-28)
func TestParallelSignInsOfOneUserDoNotKeepOthersOut(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.password(h.user("ann", nil))
	h.password(h.user("bob", nil))
	from := access.SignInOrigin{Address: "198.51.100.7"}
	var wg sync.WaitGroup
	var in, full, other atomic.Int32
	for range 100 {
		wg.Go(func() {
			switch _, _, err := h.SignIn(t.Context(), "ann", password, from); problem.CodeOf(err) {
			case "":
				in.Add(1)
			case problem.Rate:
				full.Add(1)
			default:
				other.Add(1)
			}
		})
	}
	for i := range 5 {
		if _, _, err := h.SignIn(t.Context(), "bob", password, from); err != nil {
			t.Errorf("sign-in %d of another user: %v", i, err)
		}
	}
	wg.Wait()
	if in.Load() < 20 || other.Load() > 0 {
		t.Errorf("%d in, %d refused, %d failed otherwise", in.Load(), full.Load(), other.Load())
	}
}

// A user who is deactivated has no session or token left to come back to. (R13)
func TestEndOpsEndSessionsAndTokensForGood(t *testing.T) {
	t.Parallel()
	h := newFixture(t, role("sales", grant("deal", "own", "read")))
	ann := h.user("ann", nil, "sales")
	h.password(ann)
	session := h.signIn("ann")
	a, err := h.Authenticate(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	_, token, err := h.CreateToken(t.Context(), a, access.NewToken{Role: "sales", Name: "x"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ops, err := h.EndAccessOps(t.Context(), ann)
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range ops {
		h.commit(op)
	}
	for _, secret := range []string{session, token} {
		_, err := h.Authenticate(t.Context(), secret)
		wantCode(t, err, problem.Unauthenticated)
	}
}

// Users prove the old password to change their own, and may end their tokens. (R13, R17)
func TestOwnPasswordChangeAsksForTheOldOne(t *testing.T) {
	t.Parallel()
	h := newFixture(t, role("sales", grant("deal", "own", "read")))
	ann := h.user("ann", nil, "sales")
	h.password(ann)
	a, err := h.Authenticate(t.Context(), h.signIn("ann"))
	if err != nil {
		t.Fatal(err)
	}
	other := h.signIn("ann")
	_, token, err := h.CreateToken(t.Context(), a, access.NewToken{Role: "sales", Name: "x"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for old, want := range map[string]string{"": "/old_password required", "wrong": "/old_password wrong_password"} {
		err := h.ChangePassword(t.Context(), a, ann, access.PasswordChange{Password: "battery staple", Old: old})
		wantCode(t, err, problem.Invalid)
		if f := problem.As(err).Fields[0]; f.Path+" "+f.Code != want {
			t.Errorf("old password %q: %s %s", old, f.Path, f.Code)
		}
	}
	if _, err := h.Authenticate(t.Context(), other); err != nil {
		t.Errorf("a refused change ended a session: %v", err)
	}
	if err := h.ChangePassword(t.Context(), a, ann, access.PasswordChange{Password: "battery staple", Old: password}); err != nil {
		t.Fatal(err)
	}
	_, err = h.Authenticate(t.Context(), other)
	wantCode(t, err, problem.Unauthenticated)
	if _, err := h.Authenticate(t.Context(), token); err != nil {
		t.Errorf("a token ended unasked: %v", err)
	}
	if err := h.ChangePassword(t.Context(), a, ann, access.PasswordChange{Password: "battery staple 2", Old: "battery staple", EndTokens: true}); err != nil {
		t.Fatal(err)
	}
	_, err = h.Authenticate(t.Context(), token)
	wantCode(t, err, problem.Unauthenticated)

	boss, err := h.ActorOf(t.Context(), h.user("boss", nil, "admin"))
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range []*access.Actor{boss, {UserID: boss.UserID, Admin: true, Session: "s", Local: true}} {
		for _, user := range []string{ann, boss.UserID} {
			if err := h.ChangePassword(t.Context(), by, user, access.PasswordChange{Password: password}); err != nil {
				t.Errorf("on the server's machine: %v", err)
			}
		}
	}
	err = h.ChangePassword(t.Context(), &access.Actor{UserID: boss.UserID, Admin: true, Session: "s"}, boss.UserID, access.PasswordChange{Password: password})
	wantCode(t, err, problem.Invalid)
	err = h.ChangePassword(t.Context(), a, boss.UserID, access.PasswordChange{Password: password, Old: password})
	wantCode(t, err, problem.NotFound)
}

// Wrong old passwords count like failed sign-ins. (R17)
func TestOldPasswordCannotBeGuessed(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	ann := h.user("ann", nil)
	h.password(ann)
	a, err := h.Authenticate(t.Context(), h.signIn("ann"))
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		wantCode(t, h.ChangePassword(t.Context(), a, ann, access.PasswordChange{Password: "battery staple", Old: "guess"}), problem.Invalid)
	}
	wantCode(t, h.ChangePassword(t.Context(), a, ann, access.PasswordChange{Password: "battery staple", Old: password}), problem.Rate)
}

// The tokens of a user are bounded, so that a list shows them all. (R14)
func TestTokensOfAUserAreBoundedAndListed(t *testing.T) {
	t.Parallel()
	h := newFixture(t, role("sales", grant("deal", "own", "read")))
	ann, err := h.ActorOf(t.Context(), h.user("ann", nil, "sales"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if _, _, err := h.CreateToken(t.Context(), ann, access.NewToken{Role: "sales", Name: fmt.Sprint(i)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err = h.CreateToken(t.Context(), ann, access.NewToken{Role: "sales", Name: "one more"}, nil)
	wantCode(t, err, problem.Invalid)
	if list, err := h.ListTokens(t.Context(), ann.UserID); err != nil || len(list) != 100 {
		t.Errorf("%d tokens are listed, %v", len(list), err)
	}
}

// The use of a session leaves the cached secrets of other nodes valid, and
// counts on every node. (R23)
func TestUseOfASessionKeepsTheSecretsOfOtherNodes(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.password(h.user("ann", nil))
	token := h.signIn("ann")
	other := access.New(access.Options{Store: h.store, Current: h.current, Now: h.clock})
	if _, err := other.Authenticate(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	before, err := h.store.ChangeNumber(t.Context(), access.SessionCollection)
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		h.wait(71 * time.Hour)
		if _, err := h.Authenticate(t.Context(), token); err != nil {
			t.Fatalf("a session that is used ends: %v", err)
		}
	}
	if after, err := h.store.ChangeNumber(t.Context(), access.SessionCollection); err != nil || after != before {
		t.Errorf("the use of a session changed the sessions: %v", err)
	}
	if _, err := other.Authenticate(t.Context(), token); err != nil {
		t.Errorf("the other node does not know of the use: %v", err)
	}
	if _, err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Authenticate(t.Context(), token); err != nil {
		t.Errorf("a used session was swept: %v", err)
	}
	h.wait(73 * time.Hour)
	if n, err := h.Sweep(t.Context()); err != nil || n != 1 {
		t.Errorf("%d swept, %v", n, err)
	}
	_, err = other.Authenticate(t.Context(), token)
	wantCode(t, err, problem.Unauthenticated)
}

// meanwhile is a store that lets something happen before the next commit of a session.
type meanwhile struct {
	store.Store
	happens func()
}

func (m *meanwhile) Commit(ctx context.Context, b *store.Batch) error {
	if m.happens != nil && len(b.Ops) > 0 && b.Ops[0].Collection == access.SessionCollection {
		m.happens()
		m.happens = nil
	}
	return m.Store.Commit(ctx, b)
}

// A user who is deactivated during a sign-in gets no session; any other change
// of the user does not disturb the sign-in. (R13)
func TestSignInHoldsWithTheUserAsItIs(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.password(h.user("ann", nil))
	spy := &meanwhile{Store: h.store}
	h.Service = access.New(access.Options{Store: spy, Current: h.current, Now: h.clock})
	spy.happens = func() { h.user("ann", doc{"name": "Ann"}) }
	if _, _, err := h.SignIn(t.Context(), "ann", password, access.SignInOrigin{}); err != nil {
		t.Errorf("a new name: %v", err)
	}
	spy.happens = func() { h.user("ann", doc{"active": false}) }
	_, _, err := h.SignIn(t.Context(), "ann", password, access.SignInOrigin{})
	wantCode(t, err, problem.Unauthenticated)
	h.user("ann", nil)
	if list, err := h.Sessions(t.Context(), "u-ann"); err != nil || len(list) != 1 {
		t.Errorf("%d sessions, %v", len(list), err)
	}
}
