package record_test

import (
	"fmt"
	"testing"

	"weft/runtime/problem"
	"weft/runtime/record"
)

func TestGetAnswersTheRecordAsItsReaderMaySeeIt(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	eve := s.join("eve", "sales", "reception")
	ann, fay, admin := s.as("ann"), s.as("fay"), s.as("admin")
	for name, c := range map[string]struct {
		who            person
		entity, id     string
		fields, expand []string
		want           string
	}{
		"everything":       {admin, "deal", "阿里采购", nil, nil, "id rev created_at name amount owner stage items"},
		"own":              {ann, "deal", "阿里采购", nil, nil, "id rev created_at name amount owner stage items"},
		"some fields":      {ann, "deal", "阿里采购", []string{"amount"}, nil, "id rev amount"},
		"no field":         {ann, "deal", "阿里采购", []string{}, nil, "id rev"},
		"unset fields":     {ann, "deal", "王府井", []string{"account", "lost_reason", "amount"}, nil, "id rev amount"},
		"child rows asked": {ann, "deal", "阿里采购", []string{"items"}, nil, "id rev items"},
		"expanded":         {ann, "deal", "阿里采购", []string{"name"}, []string{"account"}, "id rev name expanded"},
		"hidden field":     {ann, "account", "Shop", nil, nil, "id rev created_at name owner sector"},
		"all but export":   {fay, "account", "Shop", nil, nil, "id rev created_at name owner secret sector"},
		"a grant's fields": {eve, "deal", "阿里采购", nil, nil, "id rev created_at name stage"},
	} {
		rec, err := c.who.get(c.entity, s.ids[c.id], c.fields, c.expand)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		delete(rec, "created_by")
		if got := keysOf(rec); !sameWords(got, c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	rec, err := ann.get("deal", s.ids["阿里采购"], nil, []string{"account", "owner"})
	if err != nil {
		t.Fatal(err)
	}
	if rec["amount"] != "100.5" {
		t.Errorf("amount %v", rec["amount"])
	}
	account := rec["expanded"].(map[string]any)["account"].(map[string]any)
	if account["name"] != "Shop" || account["pipeline"] != nil || account["secret"] != nil || account["id"] != rec["account"] {
		t.Errorf("expanded account: %v", account)
	}
	rows := rec["items"].([]any)
	if row := rows[0].(map[string]any); len(rows) != 2 || len(row) != 3 || row["product"] != "p" || row["qty"] != 2.0 || row["id"] == nil {
		t.Errorf("child rows: %v", rows)
	}
}

// sameWords compares lists of words; one ending in ? may be missing.
func sameWords(got, want string) bool {
	have := map[string]bool{}
	for _, w := range splitWords(got) {
		have[w] = true
	}
	for _, w := range splitWords(want) {
		if w[len(w)-1] == '?' {
			delete(have, w[:len(w)-1])
			continue
		}
		if !have[w] {
			return false
		}
		delete(have, w)
	}
	return len(have) == 0
}

// A row that may not be seen answers like one that does not exist (S-01).
func TestGetRefusals(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	ann, bob := s.as("ann"), s.as("bob")
	gus := s.join("gus", "reception")
	nobody := s.join("nobody")
	for name, c := range map[string]struct {
		who            person
		entity, id     string
		fields, expand []string
		code           problem.Code
		problems       []string
	}{
		"another's":             {bob, "deal", s.ids["阿里采购"], nil, nil, problem.NotFound, nil},
		"missing":               {bob, "deal", "0199aaaa-0000-7000-8000-000000000000", nil, nil, problem.NotFound, nil},
		"no id at all":          {bob, "deal", "x", nil, nil, problem.NotFound, nil},
		"out of a filter scope": {gus, "account", s.ids["Soft"], nil, nil, problem.NotFound, nil},
		"an unknown entity is told like one without a grant (R19)": {ann, "nothing", "x", nil, nil, problem.Forbidden, nil},
		"no grant": {nobody, "deal", s.ids["阿里采购"], nil, nil, problem.Forbidden, nil},
		"unknown and hidden fields": {ann, "account", s.ids["Shop"], []string{"name", "nope", "secret"}, []string{"sector", "nope", "parent", "parent"},
			problem.Invalid, []string{"/fields/1 unknown_field", "/fields/2 unknown_field", "/expand/0 not_a_reference", "/expand/1 unknown_field", "/expand/3 field_twice"}},
		"hidden reference": {gus, "deal", s.ids["阿里采购"], nil, []string{"account"}, problem.Invalid, []string{"/expand/0 unknown_field"}},
	} {
		_, err := c.who.get(c.entity, c.id, c.fields, c.expand)
		if p := problem.As(err); p == nil || p.Code != c.code {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s.refused(err, c.code, c.problems...)
	}
}

// An expansion shows what the reader may see of the other record, or nothing.
func TestExpandUnderTheReadersRights(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	bob := s.as("bob") // sells for the account Shop, which is ann's
	rec, err := bob.get("deal", s.ids["陈氏第2期"], nil, []string{"account"})
	if err != nil {
		t.Fatal(err)
	}
	if expanded := rec["expanded"].(map[string]any); len(expanded) != 0 {
		t.Errorf("bob sees %v", expanded)
	}
	page, err := s.join("ida", "clerk", "reception").query("deal", `{"expand":["account"],"sort":["name"]}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range page.Items { // ida may read the field account on won deals only, and none is won
		rec := decode[map[string]any](t, string(item))
		if len(rec["expanded"].(map[string]any)) != 0 {
			t.Errorf("ida sees %v", rec)
		}
	}
	fay, err := s.as("fay").query("deal", `{"expand":["account","owner"],"sort":["name"],"fields":["name"]}`)
	if err != nil {
		t.Fatal(err)
	}
	var sectors string
	for _, item := range fay.Items {
		rec := decode[map[string]struct {
			Account struct{ Sector string }
		}](t, `{"expanded":`+string(expandedOf(t, item))+`}`)
		sectors += rec["expanded"].Account.Sector + ","
	}
	if sectors != ",retail,retail,software,," {
		t.Errorf("sectors %s", sectors)
	}
}

// A child row is seen only where its parent is, by every way of reading, even
// with a grant on all child rows (S-05).
func TestChildRowsAreSeenWithTheirParent(t *testing.T) {
	t.Parallel()
	s := newSales(t) // sales may read all items, but only their own deals
	ann, bob := s.as("ann"), s.as("bob")
	deal, err := ann.get("deal", s.ids["阿里采购"], nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	item := deal["items"].([]any)[0].(map[string]any)["id"].(string)
	for who, want := range map[*person]int{&ann: 2, &bob: 0} {
		page, err := who.query("item", `{"where":["product","present"],"count":"exact"}`)
		if err != nil || len(page.Items) != want || *page.Count != int64(want) {
			t.Errorf("%v items, %v; want %d", page, err, want)
		}
	}
	if _, err := ann.get("item", item, nil, nil); err != nil {
		t.Error(err)
	}
	_, err = bob.get("item", item, nil, nil)
	s.refused(err, problem.NotFound)
	_, err = bob.past("item", item, "", 0)
	s.refused(err, problem.NotFound)
	if rows, err := bob.aggregate("item", `{"metrics":{"n":["count"],"sum":["sum","qty"]}}`); err != nil || rows != `{"n":0}` {
		t.Errorf("%s, %v", rows, err)
	}
	if rows, err := s.as("admin").aggregate("item", `{"metrics":{"n":["count"],"sum":["sum","qty"]}}`); err != nil || rows != `{"n":2,"sum":3}` {
		t.Errorf("%s, %v", rows, err)
	}
}

// A path, an expansion, a bulk filter and an export show nothing of a child row
// under a parent that the caller may not see. // R2
func TestNoWayLeadsToChildRowsOfAHiddenParent(t *testing.T) {
	t.Parallel()
	s := newSales(t)
	ann, bob := s.as("ann"), s.as("bob")
	deal, err := ann.get("deal", s.ids["阿里采购"], nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	item := deal["items"].([]any)[0].(map[string]any)
	task := s.must(s.as("admin").create("errand", fmt.Sprintf(`{"title":"check","item":%q}`, item["id"]))).ID
	for who, found := range map[*person]bool{&ann: true, &bob: false} {
		n := 0
		if found {
			n = 1
		}
		for _, where := range []string{`["item.product","=","p"]`, `["item.qty",">=",1]`, `["item.id","present"]`} {
			page, err := who.query("errand", `{"where":`+where+`}`)
			if err != nil || len(page.Items) != n {
				t.Errorf("%s: %d tasks, %v; want %d", where, len(page.Items), err, n)
			}
		}
		rows, err := who.aggregate("errand", `{"groupBy":["item.product"],"metrics":{"n":["count"]}}`)
		if want := map[bool]string{true: `{"item.product":"p","n":1}`, false: `{"n":1}`}[found]; err != nil || rows != want {
			t.Errorf("groups: %s, %v; want %s", rows, err, want)
		}
		got, err := who.get("errand", task, nil, []string{"item"})
		if err != nil || (got["expanded"].(map[string]any)["item"] != nil) != found {
			t.Errorf("expanded: %v, %v; want %v", got, err, found)
		}
		results, err := s.records.Bulk(t.Context(), who.call, "item", record.BulkRequest{
			Op: "update", Where: []byte(`["product","=","p"]`), Values: map[string]any{"qty": 2}})
		if err != nil || len(results) != n {
			t.Errorf("bulk: %v, %v; want %d", results, err, n)
		}
	}
}
