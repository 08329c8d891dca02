package access_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// shop has an order whose margin is secret, formulas over it, and a roll-up of
// orders on their customer.
func shop(t *testing.T, reveals string, roles ...string) *model.Model {
	t.Helper()
	const text = `"x-title":{"en":"T"}`
	set := &schemas.Set{}
	for _, doc := range append([]string{
		`{"kind":"entity","key":"customer","type":"object",` + text + `,"properties":{"name":{"x-type":"text",` + text + `},"secret":{"x-type":"text",` + text + `},
			"total":{"x-type":"roll_up",` + text + `,"x-result":"number"` + reveals + `,"x-roll-up":{"entity":"order","field":"customer","func":"sum","of":"margin"}},
			"orders":{"x-type":"roll_up",` + text + reveals + `,"x-roll-up":{"entity":"order","field":"customer","func":"count"}}}}`,
		`{"kind":"entity","key":"order","type":"object",` + text + `,"x-owner-field":"owner","properties":{"owner":{"x-type":"user",` + text + `},"customer":{"x-type":"reference","x-entity":"customer",` + text + `},
			"margin":{"x-type":"number",` + text + `},
			"fee":{"x-type":"formula","x-result":"number",` + text + reveals + `,"x-formula":"margin * 2"},
			"double_fee":{"x-type":"formula","x-result":"number",` + text + reveals + `,"x-formula":"fee * 2"},
			"whose":{"x-type":"formula","x-result":"text",` + text + reveals + `,"x-formula":"customer.secret"},
			"who":{"x-type":"formula","x-result":"text",` + text + reveals + `,"x-formula":"owner.name"}}}`,
	}, roles...) {
		d, ps := schemas.Decode([]byte(doc))
		if len(ps) > 0 {
			t.Fatal(problem.Of(problem.Invalid, ps...))
		}
		set.Add(d)
	}
	m, ps := model.Compile(set, 1)
	if len(ps) > 0 {
		t.Fatal(problem.Of(problem.Invalid, ps...))
	}
	return m
}

// R18: a computed field is as secret as the most secret of its sources.
func TestComputedFieldsAreAsSecretAsTheirSources(t *testing.T) {
	t.Parallel()
	role := func(key, grants string) string {
		return `{"kind":"role","key":"` + key + `","title":{"en":"` + key + `"},"grants":[` + grants + `]}`
	}
	roles := []string{
		role("all", `{"entity":"order","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true}},{"entity":"customer","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true}}`),
		role("clerk", `{"entity":"order","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true,"except":["margin"]}},{"entity":"customer","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true,"except":["secret"]}}`),
		role("own", `{"entity":"order","operations":["read"],"scopes":[{"type":"own"}],"read":{"all":true}},{"entity":"customer","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true}}`),
		role("mixed", `{"entity":"order","operations":["read"],"scopes":[{"type":"own"}],"read":{"only":["margin"]}},{"entity":"order","operations":["read"],"scopes":[{"type":"all"}],"read":{"only":["fee"]}}`),
	}
	mine, other := doc{"id": "1", "owner": "u", "margin": 1.0}, doc{"id": "2", "owner": "v", "margin": 1.0}
	customer := doc{"id": "c"}
	for _, c := range []struct {
		role, reveals     string
		mine, other, cust string
	}{
		{"all", "", "fee double_fee whose who", "fee double_fee whose who", "total orders"},
		{"clerk", "", "who", "who", "orders"},
		{"clerk", `,"x-reveals":true`, "fee double_fee whose who", "fee double_fee whose who", "total orders"},
		{"own", "", "fee double_fee whose who", "", ""},
		{"own", `,"x-reveals":true`, "fee double_fee whose who", "", "total orders"},
		{"mixed", "", "fee", "", ""},
		{"mixed", `,"x-reveals":true`, "fee", "fee", ""},
	} {
		m := shop(t, c.reveals, roles...)
		r := access.Compile(m, &access.Actor{UserID: "u", Roles: []string{c.role}}, access.RightsInput{Env: query.Env{Now: time.Now(), Zone: time.UTC}})
		seen := func(entity string, d doc) string {
			var out []string
			for _, f := range m.Entities[entity].Fields {
				if f.Computed && r.ReadMask(entity, d).Has(f.Key) {
					out = append(out, f.Key)
				}
				// A filter or group tells as much as an answer.
				p, ok := r.RestrictPath(m.Entities[entity], f.Path())
				visible := ok && r.Can(entity, schemas.OpRead, d) && (p.Visible == nil || query.Matches(p.Visible, d, nil))
				if f.Computed && visible != r.ReadMask(entity, d).Has(f.Key) {
					t.Errorf("%s%s: %s.%s of %v: queries and answers differ", c.role, c.reveals, entity, f.Key, d["id"])
				}
			}
			return strings.Join(out, " ")
		}
		if got := seen("order", mine); got != c.mine {
			t.Errorf("%s%s reads %q of an own order, want %q", c.role, c.reveals, got, c.mine)
		}
		if got := seen("order", other); got != c.other {
			t.Errorf("%s%s reads %q of another's order, want %q", c.role, c.reveals, got, c.other)
		}
		if got := seen("customer", customer); got != c.cust {
			t.Errorf("%s%s reads %q of a customer, want %q", c.role, c.reveals, got, c.cust)
		}
	}
	warned := map[string]int{}
	for _, w := range shop(t, "", roles...).Warnings {
		if w.Code == "computed_hidden" {
			warned[strings.Split(w.Path, "/")[2]]++
			for _, lang := range []string{"en", "zh-CN"} {
				if text := w.Message(lang); strings.Contains(text, "{") {
					t.Errorf("warning %q", text)
				}
			}
		}
	}
	if warned["all"] != 0 || warned["clerk"] != 4 || warned["own"] != 2 || warned["mixed"] != 1 {
		t.Errorf("warnings: %v", warned)
	}
	for _, w := range shop(t, `,"x-reveals":true`, roles...).Warnings {
		if w.Code == "computed_hidden" {
			t.Errorf("warned of what is revealed: %s", w.Message("en"))
		}
	}
}

// R19: a field that nobody lets the user read or write is no field, and an
// entity without a grant is told like one that does not exist.
func TestWhatIsHiddenIsToldLikeWhatIsNotThere(t *testing.T) {
	t.Parallel()
	h := crm(t)
	for _, c := range []struct {
		user, field string
		known       bool
	}{
		{"ann", "f0", true}, {"ann", "f3", false}, {"fin", "f3", true}, {"ann", "nothing", false}, {"new", "f0", false},
	} {
		if got := h.as(c.user).KnowsField("deal", c.field); got != c.known {
			t.Errorf("%s knows %s: %v", c.user, c.field, got)
		}
	}
	wantCode(t, h.as("new").NoEntity("nothing"), problem.Forbidden)
	h.user("boss", nil, "admin")
	wantCode(t, h.as("boss").NoEntity("nothing"), problem.NotFound)
}

// R19: what a guard or condition asks of hidden fields does not name them.
func TestProblemsDoNotNameHiddenFields(t *testing.T) {
	t.Parallel()
	h := crm(t)
	problems := []problem.Field{problem.At("/f0", "required"), problem.At("/f3", "required"), problem.At("/f3/0", "too_long"),
		{Path: "/f3", Code: "filter", Text: "guard_message", Params: map[string]any{"message": "ask finance"}}}
	var got []string
	for _, p := range h.as("ann").Tellable("deal", problems) {
		got = append(got, p.Path+" "+p.Code)
		if text := p.Message("en"); strings.Contains(text, "f3") || text == "hidden_condition" {
			t.Errorf("text %q", text)
		}
	}
	if want := []string{"/f0 required", " hidden_condition", " filter"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	if all := h.as("fin").Tellable("deal", problems); len(all) != len(problems) {
		t.Errorf("finance is told %v", all)
	}
}

// R18: a roll-up over the record's own child rows is as secret as these rows,
// which are read with the record.
func TestRollUpsOfChildRowsAreReadWithTheirRecord(t *testing.T) {
	t.Parallel()
	const text = `"x-title":{"en":"T"}`
	for rights, want := range map[string]bool{
		`{"entity":"line","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true}}`:                    true,
		`{"entity":"line","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true,"except":["price"]}}`: false,
		`{"entity":"line","operations":["read"],"scopes":[{"type":"own"}],"read":{"all":true}}`:                    false,
		`{"entity":"user","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true}}`:                    false,
	} {
		set := &schemas.Set{}
		for _, d := range []string{
			`{"kind":"entity","key":"deal","type":"object",` + text + `,"x-owner-field":"owner","properties":{"owner":{"x-type":"user",` + text + `},"lines":{"x-type":"child_rows","x-child":"line",` + text + `},
				"total":{"x-type":"roll_up",` + text + `,"x-result":"number","x-roll-up":{"entity":"line","field":"deal","func":"sum","of":"price"}}}}`,
			`{"kind":"entity","key":"line","type":"object",` + text + `,"x-child-of":{"entity":"deal","field":"deal"},"properties":{"deal":{"x-type":"reference","x-entity":"deal",` + text + `},"price":{"x-type":"number",` + text + `}}}`,
			`{"kind":"role","key":"sales","title":{"en":"Sales"},"grants":[{"entity":"deal","operations":["read"],"scopes":[{"type":"own"}],"read":{"all":true}},` + rights + `]}`,
		} {
			def, ps := schemas.Decode([]byte(d))
			if len(ps) > 0 {
				t.Fatal(problem.Of(problem.Invalid, ps...))
			}
			set.Add(def)
		}
		m, ps := model.Compile(set, 1)
		if len(ps) > 0 {
			t.Fatal(problem.Of(problem.Invalid, ps...))
		}
		r := access.Compile(m, &access.Actor{UserID: "u", Roles: []string{"sales"}}, access.RightsInput{Env: query.Env{Now: time.Now(), Zone: time.UTC}})
		if got := r.ReadMask("deal", doc{"id": "1", "owner": "u"}).Has("total"); got != want {
			t.Errorf("with %s the total is readable: %v, want %v", rights, got, want)
		}
	}
}
