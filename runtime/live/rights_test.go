package live_test

import (
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"weft/runtime/live"
)

// A subscriber sees what his rights show him, and nothing else ever names it (S-01, S-32).
func TestEventsFollowRights(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	mia := st.user("mia", "manager", "")
	ann := st.user("ann", "sales", mia)
	bob := st.user("bob", "sales", "")
	of := st.create("deal", doc{"name": "bob's", "owner": bob, "margin": 7.0})
	mine := st.create("deal", doc{"name": "ann's", "owner": ann, "margin": 3.0})

	c, boss := st.dial(st.session("ann")), st.dial(st.session("mia"))
	for _, one := range []*client{c, boss} {
		one.send(`{"op":"subscribe","ref":"a","entity":"deal","query":{}}`)
		m := one.want("snapshot")
		if len(m.Items) != 1 || m.Items[0]["id"] != mine {
			t.Fatalf("snapshot %+v", m)
		}
	}

	st.update("deal", of, doc{"name": "bob's still"}) // nothing for either
	st.update("deal", mine, doc{"amount": 5.0})
	if got := c.wantPut(mine); got["amount"] != 5.0 || got["margin"] != nil {
		t.Errorf("ann gets %v", got)
	}
	if got := boss.wantPut(mine); got["margin"] != 3.0 {
		t.Errorf("mia gets %v", got)
	}

	st.update("deal", of, doc{"owner": ann})
	if got := c.wantPut(of); got["margin"] != nil {
		t.Errorf("a hidden field is shown: %v", got)
	}
	boss.wantPut(of)
	st.update("deal", of, doc{"owner": bob, "name": "secret"})
	c.wantDrop(of)
	boss.wantDrop(of)
	st.update("deal", of, doc{"name": "more secret"}) // nothing again
	st.remove("deal", mine)
	c.wantDrop(mine)
	boss.wantDrop(mine)
}

// Changed rights hold without a new subscription (S-11).
func TestRightsChangeWhileListening(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	mia := st.user("mia", "manager", "")
	ann := st.user("ann", "sales", "")
	deal := st.create("deal", doc{"name": "ann's", "owner": ann})
	boss := st.dial(st.session("mia"))
	boss.send(`{"op":"subscribe","ref":"a","entity":"deal","query":{}}`)
	if m := boss.want("snapshot"); len(m.Items) != 0 {
		t.Fatalf("snapshot %+v", m)
	}
	st.update("user", ann, doc{"superior": mia})
	boss.wantPut(deal)
	st.update("user", ann, doc{"superior": nil})
	boss.wantDrop(deal)
}

func TestRoleTakenAwayEndsSubscription(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	ann := st.user("ann", "", "")
	assignment := st.create("role_assignment", doc{"user": ann, "role": "sales"})
	deal := st.create("deal", doc{"name": "ann's", "owner": ann})
	c := st.dial(st.session("ann"))
	c.send(`{"op":"subscribe","ref":"a","entity":"deal","query":{}}`)
	c.want("snapshot")
	st.remove("role_assignment", assignment)
	c.wantDrop(deal)
	if m := c.want("error"); m.Problem["code"] != "forbidden" {
		t.Errorf("got %+v", m)
	}
}

// Whoever is signed out, revoked or deactivated is cut off in less than five
// seconds (S-11, S-32).
func TestSignedOutIsClosed(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	ann := st.user("ann", "sales", "")
	for name, end := range map[string]func(token string){
		"sign out": func(token string) {
			a, err := st.access.Authenticate(t.Context(), token)
			must(t, err)
			must(t, st.access.SignOut(t.Context(), a))
		},
		"password":    func(string) { must(t, st.access.SetPassword(t.Context(), ann, "another horse")) },
		"deactivated": func(string) { st.update("user", ann, doc{"active": false}) },
	} {
		st.update("user", ann, doc{"active": true})
		token := st.session("ann")
		c := st.dial(token)
		c.send(`{"op":"subscribe","ref":"a","entity":"deal","query":{}}`)
		c.want("snapshot")
		begin := time.Now()
		end(token)
		if code := c.wantClosed(); code != websocket.ClosePolicyViolation {
			t.Errorf("%s: closed with %d", name, code)
		}
		if d := time.Since(begin); d > 5*time.Second {
			t.Errorf("%s: closed after %v", name, d)
		}
	}
}

// A renewed secret does not end the socket of the session.
func TestRenewedSessionGoesOn(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	ann := st.user("ann", "sales", "")
	token := st.session("ann")
	c := st.dial(token)
	c.send(`{"op":"subscribe","ref":"a","entity":"deal","query":{}}`)
	c.want("snapshot")
	if next, err := st.access.RotateSecret(t.Context(), token); err != nil || next == "" {
		t.Fatalf("%q %v", next, err)
	}
	c.wantPut(st.create("deal", doc{"name": "new", "owner": ann}))
}
