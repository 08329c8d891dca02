package schemas_test

import (
	"fmt"
	"slices"
	"testing"

	"weft/runtime/problem"
	"weft/schemas"
)

const title = `{"zh-CN":"客户","en":"Account"}`

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	entity := func(rest string) string {
		return `{"kind":"entity","key":"account","type":"object","x-title":` + title + rest + `}`
	}
	cases := []struct {
		name, doc string
		want      []string // "path code", in order
	}{
		{"nothing", ``, []string{" not_json"}},
		{"half a document", `{"kind":`, []string{" not_json"}},
		{"two documents", `{} {}`, []string{" not_json"}},
		{"not an object", `[1]`, []string{" wrong_type"}},
		{"no kind", `{}`, []string{"/kind required"}},
		{"kind that does not exist", `{"kind":"page"}`, []string{"/kind not_allowed_value"}},
		{"the shared parts are no kind", `{"kind":"common"}`, []string{"/kind not_allowed_value"}},
		{"kind of a wrong type", `{"kind":7}`, []string{"/kind not_allowed_value"}},
		{"a member that stands twice", entity(`,"properties":{},"type":"object"`), []string{"/type duplicate_key"}},
		{"nothing but the kind: everything missing at once", `{"kind":"entity"}`,
			[]string{"/key required", "/properties required", "/type required", "/x-title required"}},
		{"unknown key at the top", entity(`,"properties":{},"colour":1`), []string{"/colour unknown_key"}},
		{"unknown key deep inside, its path escaped", entity(`,"properties":{"a":{"x-type":"text","x-title":` + title + `,"x/y~z":1}}`),
			[]string{"/properties/a/x~1y~0z unknown_key"}},
		{"all at once", entity(`,"properties":{"a":{"x-type":"colour","x-title":{"en":""},"maxLength":"9"},"B":{"x-type":"text","x-title":` + title + `}},"x-indexes":[{}]`),
			[]string{"/properties/B bad_key", "/properties/a/maxLength wrong_type", "/properties/a/x-title/en too_few",
				"/properties/a/x-type not_allowed_value", "/x-indexes/0/fields required"}},
		{"member names are not folded", entity(`,"Properties":{},"properties":{}`), []string{"/Properties unknown_key"}},
		{"prototype names are ordinary unknown keys (S-14)", entity(`,"properties":{},"__proto__":{}`), []string{"/__proto__ unknown_key"}},
		{"percent signs in names", entity(`,"properties":{},"a%2Fb":1`), []string{"/a%2Fb unknown_key"}},
		{"null is a wrong type", entity(`,"properties":null`), []string{"/properties wrong_type"}},
		{"huge exponent", entity(`,"properties":{"a":{"x-type":"text","x-title":` + title + `,"maxLength":1e999999999}}`),
			[]string{"/properties/a/maxLength number_range"}},
		{"integer written as a decimal", entity(`,"properties":{"a":{"x-type":"text","x-title":` + title + `,"maxLength":20.5}}`),
			[]string{"/properties/a/maxLength wrong_type"}},
		{"integer with a point that JSON Schema lets pass", entity(`,"properties":{"a":{"x-type":"text","x-title":` + title + `,"maxLength":20.0}}`),
			[]string{"/properties/a/maxLength wrong_type"}},
		{"the same elsewhere", `{"kind":"form","key":"f","title":` + title + `,"entity":"a","sections":[{"fields":[],"columns":1e0}]}`, []string{"/sections/columns wrong_type"}},
		{"board without its choice", `{"kind":"view","key":"v","title":` + title + `,"entity":"account","type":"board"}`, []string{"/by required"}},
		{"guards name what they need", `{"kind":"stage_machine","key":"m","title":` + title + `,"entity":"a","field":"s","initial":"x",
			"stages":[{"key":"x","title":` + title + `,"type":"open","enter":[{"type":"required"},{"type":"role"}]}],"transitions":[]}`,
			[]string{"/stages/0/enter/0/fields required", "/stages/0/enter/1/roles required"}},
		{"operation that does not exist", `{"kind":"role","key":"r","title":` + title + `,"grants":[{"entity":"a","operations":["fly"],"scopes":[{"type":"filter"}]}]}`,
			[]string{"/grants/0/operations/0 not_allowed_value", "/grants/0/scopes/0/where required"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, problems := schemas.Decode([]byte(c.doc))
			if got := said(problems); !slices.Equal(got, c.want) {
				t.Errorf("problems\n have %q\n want %q", got, c.want)
			}
			if d != nil {
				t.Errorf("a refused document gave %v", d)
			}
			for _, p := range problems {
				if !problem.Known(p.Code) {
					t.Errorf("no text for %s", p.Code)
				}
			}
		})
	}
}

func said(problems []problem.Field) []string {
	var out []string
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%s %s", p.Path, p.Code))
	}
	return out
}

// V10: one language suffices; the other falls back to it.
func TestATitleInOneLanguageIsThatOfBoth(t *testing.T) {
	t.Parallel()
	for _, title := range []string{`{"en":"Deal"}`, `{"zh-CN":"Deal"}`, `{"zh-CN":"Deal","en":"Deal"}`} {
		d, problems := schemas.Decode([]byte(`{"kind":"role","key":"r","title":` + title + `,"grants":[]}`))
		if len(problems) > 0 {
			t.Fatalf("%s: %v", title, said(problems))
		}
		if got := d.(*schemas.Role).Title; got.ZhCN != "Deal" || got.En != "Deal" {
			t.Errorf("%s is read as %v", title, got)
		}
	}
	for _, title := range []string{`{}`, `{"fr":"Affaire"}`, `{"en":""}`} {
		if d, _ := schemas.Decode([]byte(`{"kind":"role","key":"r","title":` + title + `,"grants":[]}`)); d != nil {
			t.Errorf("%s is accepted", title)
		}
	}
}

func TestDecodeKeepsTheOrderOfFields(t *testing.T) {
	t.Parallel()
	doc := `{"kind":"entity","key":"account","type":"object","x-title":` + title + `,"properties":{
		"zeta":{"x-type":"text","x-title":` + title + `},"alpha":{"x-type":"number","x-title":` + title + `},"mid":{"x-type":"date","x-title":` + title + `}}}`
	d, problems := schemas.Decode([]byte(doc))
	if len(problems) > 0 {
		t.Fatal(said(problems))
	}
	for range 2 {
		var keys []string
		for _, f := range d.(*schemas.Entity).Properties {
			keys = append(keys, f.Key)
		}
		if want := []string{"zeta", "alpha", "mid"}; !slices.Equal(keys, want) {
			t.Fatalf("order %v, want %v", keys, want)
		}
		data, err := schemas.Encode(d)
		if err != nil {
			t.Fatal(err)
		}
		if d, problems = schemas.Decode(data); len(problems) > 0 {
			t.Fatal(said(problems))
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"kind":"role","key":"r","title":` + title + `,"grants":[]}`))
	f.Add([]byte(`{"kind":"entity","key":"a","type":"object","x-title":` + title + `,"properties":{"n":{"x-type":"text","x-title":` + title + `,"pattern":"(a+)+$"}},"allOf":[true]}`))
	f.Add([]byte(`{"kind":"entity","kind":"role"}`))
	f.Add([]byte(`{"kind":"dashboard","key":"d","title":` + title + `,"widgets":[{"key":"w","title":` + title + `,"type":"number","entity":"a","metrics":{"n":["count"]}}]}`))
	f.Add([]byte(`[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[`))
	f.Add([]byte(`{"kind":"template","key":"t","version":"1e400"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, problems := schemas.Decode(data)
		if (d == nil) == (len(problems) == 0) {
			t.Fatalf("definition %v with problems %v", d, problems)
		}
		if d == nil {
			return
		}
		out, err := schemas.Encode(d)
		if err != nil {
			t.Fatal(err)
		}
		if _, problems := schemas.Decode(out); len(problems) > 0 {
			t.Fatalf("what Encode wrote is refused: %s: %v", out, problems)
		}
	})
}
