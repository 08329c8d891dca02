package record_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"weft/runtime/record/read"
)

// sales is the office with a handful of deals; ids are known by name.
//
//	name        owner  account         amount   close       stage
//	阿里采购      ann    Shop (retail)   100.50   2017-04-03  open
//	陈氏第10期   ann    Soft (software) 20       2017-06-30  lost
//	陈氏第2期    bob    Shop            20       2017-07-01  open
//	Acme        bob    –               –        –           open
//	王府井       ann    –               0.01     2017-04-01  open
type sales struct {
	*office
	ids map[string]string
}

func newSales(t *testing.T) sales {
	t.Helper()
	s := sales{newOffice(t), map[string]string{}}
	admin := s.as("admin")
	for _, a := range []string{"Shop:retail", "Soft:software"} {
		name, sector, _ := strings.Cut(a, ":")
		s.add(admin, "account", name, fmt.Sprintf(`{"name":%q,"sector":%q,"owner":%q,"secret":"x"}`, name, sector, s.as("ann").id()))
	}
	deal := func(name, owner, rest string) {
		s.add(admin, "deal", name, fmt.Sprintf(`{"name":%q,"owner":%q%s}`, name, s.as(owner).id(), rest))
	}
	deal("阿里采购", "ann", `,"account":"`+s.ids["Shop"]+`","amount":"100.50","close_date":"2017-04-03","items":[{"product":"p","qty":2},{"product":"q","qty":1}]`)
	deal("陈氏第10期", "ann", `,"account":"`+s.ids["Soft"]+`","amount":20,"close_date":"2017-06-30","stage":"lost","lost_reason":"价格","finance_status":"none"`)
	deal("陈氏第2期", "bob", `,"account":"`+s.ids["Shop"]+`","amount":20,"close_date":"2017-07-01"`)
	deal("Acme", "bob", "")
	deal("王府井", "ann", `,"amount":"0.01","close_date":"2017-04-01"`)
	return s
}

func (s sales) add(p person, entity, name, text string) {
	s.t.Helper()
	s.ids[name] = s.must(p.create(entity, text)).ID
}

// join is a person of the company who holds roles.
func (s sales) join(login string, roles ...string) person {
	s.t.Helper()
	user := s.must(s.as("admin").create("user", `{"login":"`+login+`","name":"`+login+`"}`))
	for _, role := range roles {
		s.must(s.as("admin").create("role_assignment", `{"user":"`+user.ID+`","role":"`+role+`"}`))
	}
	a, err := s.access.ActorOf(s.t.Context(), login)
	if err != nil {
		s.t.Fatal(err)
	}
	s.actors[login] = a
	return s.as(login)
}

func decode[T any](t testing.TB, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func (p person) query(entity, text string) (*read.Page, error) {
	p.o.t.Helper()
	return p.reads().Query(p.ctx(), p.call.Actor, entity, decode[read.Query](p.o.t, text))
}

func (p person) aggregate(entity, text string) (string, error) {
	p.o.t.Helper()
	rows, err := p.reads().Aggregate(p.ctx(), p.call.Actor, entity, decode[read.AggregateQuery](p.o.t, text))
	return joined(rows), err
}

func (p person) board(text string) (*read.Board, error) {
	p.o.t.Helper()
	return p.reads().Board(p.ctx(), p.call.Actor, "deal", decode[read.BoardQuery](p.o.t, text))
}

func (p person) get(entity, id string, fields, expand []string) (map[string]any, error) {
	raw, rev, err := p.reads().Get(p.ctx(), p.call.Actor, entity, id, fields, expand)
	if err != nil {
		return nil, err
	}
	v := decode[map[string]any](p.o.t, string(raw))
	if v["rev"] != float64(rev) {
		p.o.t.Errorf("revision %d of %s", rev, raw)
	}
	return v, nil
}

func joined(rows []json.RawMessage) string {
	var b strings.Builder
	for i, row := range rows {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.Write(row)
	}
	return b.String()
}

// names lists the names of items.
func names(t testing.TB, items []json.RawMessage) string {
	t.Helper()
	var list []string
	for _, item := range items {
		name, _ := decode[map[string]any](t, string(item))["name"].(string)
		list = append(list, name)
	}
	return strings.Join(list, " ")
}

// keysOf lists which of the interesting members a decoded record has.
func keysOf(rec map[string]any) string {
	var list []string
	for _, key := range []string{"id", "rev", "created_at", "created_by", "name", "amount", "owner", "stage", "finance_status",
		"lost_reason", "items", "secret", "sector", "expanded"} {
		if _, ok := rec[key]; ok {
			list = append(list, key)
		}
	}
	return strings.Join(list, " ")
}
