package live_test

import (
	"fmt"
	"testing"

	"weft/runtime/live"
)

func TestSubscriptionIsTheQuery(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	c := st.dial(st.session("admin"))
	c.send(`{"op":"subscribe","ref":"a","entity":"deal","query":{"where":["amount",">=",10],"search":"big","fields":["name"]}}`)
	c.want("snapshot")
	st.create("deal", doc{"name": "big but poor", "amount": 5.0})
	id := st.create("deal", doc{"name": "big deal", "amount": 10.0})
	if got := c.wantPut(id); got["name"] != "big deal" || got["amount"] != nil {
		t.Errorf("got %v", got)
	}
	st.update("deal", id, doc{"name": "small"})
	c.wantDrop(id)
	st.update("deal", id, doc{"name": "big again"})
	c.wantPut(id)
	c.send(`{"op":"unsubscribe","ref":"a"}`)
	c.send(`{"op":"subscribe","ref":"b","entity":"deal","query":{"where":["name","=","no"]}}`)
	if m := c.want("snapshot"); m.Ref != "b" || len(m.Items) != 0 {
		t.Errorf("got %+v", m)
	}
}

// What lies across a reference decides too: who enters by a change over there
// is put, who leaves is dropped.
func TestChangesAcrossReference(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	account := st.create("account", doc{"name": "A", "sector": "retail"})
	deal := st.create("deal", doc{"name": "d", "account": account})
	c := st.dial(st.session("admin"))
	c.send(`{"op":"subscribe","ref":"a","entity":"deal","query":{"where":["account.sector","=","retail"],"expand":["account"]}}`)
	if m := c.want("snapshot"); len(m.Items) != 1 || m.Items[0]["expanded"] == nil {
		t.Fatalf("snapshot %+v", m)
	}
	st.update("account", account, doc{"name": "B"})
	if got := c.wantPut(deal); fmt.Sprint(got["expanded"].(doc)["account"].(doc)["name"]) != "B" {
		t.Errorf("got %v", got)
	}
	st.update("account", account, doc{"sector": "software"})
	c.wantDrop(deal)
	st.update("account", account, doc{"sector": "retail"})
	c.wantPut(deal)
}

// Without a limit the snapshot is the first page, and every change is told
// wherever it stands; what the client got besides is looked at again when the
// query is read anew.
func TestWithoutALimitEveryChangeIsTold(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	account := st.create("account", doc{"name": "A", "sector": "retail"})
	for n := range 60 {
		st.create("deal", doc{"name": fmt.Sprint("old ", n), "account": account})
	}
	c := st.dial(st.session("admin"))
	c.send(`{"op":"subscribe","ref":"a","entity":"deal","query":{"where":["account.sector","=","retail"]}}`)
	if m := c.want("snapshot"); len(m.Items) != 50 {
		t.Fatalf("a snapshot of %d", len(m.Items))
	}
	far := st.create("deal", doc{"name": "the sixty-first", "account": account})
	c.wantPut(far)
	other := st.create("account", doc{"name": "B", "sector": "software"})
	st.update("deal", far, doc{"account": other})
	c.wantDrop(far)
	st.update("deal", far, doc{"account": account})
	c.wantPut(far)
	st.update("account", account, doc{"sector": "software"}) // all leave, the far one too
	left := map[string]bool{}
	for range 51 {
		left[c.want("drop").ID] = true
	}
	if !left[far] || len(left) != 51 {
		t.Errorf("%d left, the far one: %t", len(left), left[far])
	}
}

// A limited subscription is always the first records of its order.
func TestLimitStaysRight(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	ids := map[float64]string{}
	for _, n := range []float64{10, 20, 30} {
		ids[n] = st.create("deal", doc{"name": fmt.Sprint(n), "amount": n})
	}
	c := st.dial(st.session("admin"))
	c.send(`{"op":"subscribe","ref":"a","entity":"deal","query":{"sort":["-amount"],"limit":2}}`)
	if m := c.want("snapshot"); len(m.Items) != 2 || m.Items[0]["id"] != ids[30] || m.Items[1]["id"] != ids[20] {
		t.Fatalf("snapshot %+v", m)
	}
	st.create("deal", doc{"name": "low", "amount": 5.0}) // behind the last: nothing
	ids[25] = st.create("deal", doc{"name": "25", "amount": 25.0})
	c.wantPut(ids[25])
	c.wantDrop(ids[20])
	st.remove("deal", ids[30]) // the place is filled again
	c.wantDrop(ids[30])
	c.wantPut(ids[20])
	st.update("deal", ids[25], doc{"amount": 1.0}) // falls behind 10
	c.wantPut(ids[25])
	seen := map[string]string{}
	for range 2 {
		m := c.next()
		if m.Event == "put" {
			seen[m.Items[0]["id"].(string)] = "put"
		} else {
			seen[m.ID] = m.Event
		}
	}
	if seen[ids[10]] != "put" || seen[ids[25]] != "drop" {
		t.Errorf("got %v", seen)
	}
}

// Texts keep the order that people read them in, numbers by their value.
func TestLimitOfTextsStaysRight(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	ids := map[string]string{}
	for _, name := range []string{"第 10 期", "第 2 期", "张"} {
		ids[name] = st.create("account", doc{"name": name})
	}
	c := st.dial(st.session("admin"))
	c.send(`{"op":"subscribe","ref":"a","entity":"account","query":{"sort":["name"],"limit":2}}`)
	if m := c.want("snapshot"); len(m.Items) != 2 || m.Items[0]["id"] != ids["第 2 期"] || m.Items[1]["id"] != ids["第 10 期"] {
		t.Fatalf("snapshot %+v", m)
	}
	st.create("account", doc{"name": "王"}) // behind the last: nothing
	ids["第 9 期"] = st.create("account", doc{"name": "第 9 期"})
	c.wantPut(ids["第 9 期"])
	c.wantDrop(ids["第 10 期"])
	ids["阿"] = st.create("account", doc{"name": "阿"})
	c.wantPut(ids["阿"])
	c.wantDrop(ids["第 9 期"])
}

func TestRefusedFrames(t *testing.T) {
	t.Parallel()
	st := newHarness(t, live.Limits{})
	st.user("ann", "sales", "")
	c := st.dial(st.session("ann"))
	for frame, want := range map[string]string{
		`nonsense`:             "malformed",
		`{"op":"subscribe"}`:   "invalid",
		`{"op":"x","ref":"a"}`: "invalid",
		`{"op":"subscribe","ref":"a","entity":"deal","query":{},"x":1}`:                                  "malformed",
		`{"op":"subscribe","ref":"a","entity":"nothing","query":{}}`:                                     "forbidden",
		`{"op":"subscribe","ref":"a","entity":"role_assignment","query":{}}`:                             "forbidden",
		`{"op":"subscribe","ref":"a","entity":"deal","query":{"where":["margin",">",1]}}`:                "invalid",
		`{"op":"subscribe","ref":"a","entity":"deal","query":{"where":["owner.email","present"]}}`:       "invalid",
		`{"op":"subscribe","ref":"a","entity":"deal","query":{"sort":["margin"]}}`:                       "invalid",
		`{"op":"subscribe","ref":"a","entity":"deal","query":{"fields":["margin"]}}`:                     "invalid",
		`{"op":"subscribe","ref":"a","entity":"deal","query":{"limit":1001}}`:                            "invalid",
		`{"op":"subscribe","ref":"a","entity":"deal","query":{"cursor":"abc"}}`:                          "invalid",
		`{"op":"subscribe","ref":"a","entity":"deal","query":{"where":["name","=",{"$gt":""}]}}`:         "invalid",
		`{"op":"subscribe","ref":"a","entity":"deal","query":{"where":["name","=","a"],"expand":["x"]}}`: "invalid",
	} {
		c.send(frame)
		if m := c.want("error"); m.Problem["code"] != want {
			t.Errorf("%s: got %v, want %s", frame, m.Problem, want)
		}
	}
}
