package model_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// unfilled is a placeholder of the catalogue that no parameter filled.
var unfilled = regexp.MustCompile(`\{[a-z]+\}`)

// refusal is a set of definitions and what Compile says about it.
type refusal struct {
	name string
	docs []string
	want []string // "path code", in the order of paths
}

func refuse(t *testing.T, cases []refusal) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, problems := model.Compile(decode(t, c.docs...), 1)
			var have []string
			for _, p := range problems {
				have = append(have, fmt.Sprintf("%s %s", p.Path, p.Code))
				for _, lang := range []string{"zh-CN", "en"} {
					if text := p.Message(lang); text == p.Code || unfilled.MatchString(text) {
						t.Errorf("text of %s in %s: %q", p.Code, lang, text)
					}
				}
			}
			if !slices.Equal(have, c.want) {
				t.Errorf("problems\n have %q\n want %q", have, c.want)
			}
			if (m == nil) != (len(problems) > 0) {
				t.Error("a model exactly when there is no problem")
			}
		})
	}
}

// thing is an entity with properties and further members.
func thing(properties, rest string) string {
	return `{"kind":"entity","key":"thing","type":"object","x-title":` + title + `,"properties":{` + properties + `}` + rest + `}`
}

// property is a property of a type with further annotations.
func property(key, typ, rest string) string {
	return `"` + key + `":{"x-type":"` + typ + `","x-title":` + title + rest + `}`
}

// marked are properties of which each leads to an index.
func marked(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = property(fmt.Sprintf("f%d", i), "text", `,"x-indexed":true`)
	}
	return strings.Join(list, ",")
}

var at = "/entity/thing/properties/"

func TestCompileRefusesFields(t *testing.T) {
	t.Parallel()
	refuse(t, []refusal{
		{"system fields and the word of expand", []string{thing(property("id", "text", "")+","+property("created_by", "user", "")+","+property("expanded", "text", ""), "")},
			[]string{at + "created_by reserved_key", at + "expanded reserved_key", at + "id reserved_key"}},
		{"pattern (S-24)", []string{thing(property("a", "text", `,"pattern":"(a+)+$"`)+","+property("b", "text", `,"pattern":"(a"`)+","+property("c", "text", `,"pattern":"x{1000}{1000}"`), "")},
			[]string{at + "b/pattern bad_pattern", at + "c/pattern bad_pattern"}},
		{"annotation of another type", []string{thing(property("a", "text", `,"x-currency":"CNY"`), "")}, []string{at + "a/x-currency annotation_unused"}},
		{"defaults that are no values", []string{thing(
			property("a", "text", `,"default":7`)+","+property("b", "user", `,"default":{"today":true}`)+","+property("c", "date", `,"default":{"me":true}`)+","+
				property("d", "choice", `,"x-choices":[{"key":"x","title":`+title+`}],"default":"y"`)+","+property("e", "text", `,"default":null`)+","+
				property("f", "user", `,"default":{"me":true}`)+","+property("g", "date", `,"default":{"today":true}`), "")},
			[]string{at + "a/default wrong_type", at + "b/default bad_default", at + "c/default bad_default", at + "d/default not_a_choice", at + "e/default bad_default"}},
		{"required", []string{thing(property("a", "formula", `,"x-formula":"1","x-result":"number"`), `,"required":["a","ghost"]`)},
			[]string{"/entity/thing/required/0 field_computed", "/entity/thing/required/1 unknown_field"}},
		{"title and owner", []string{thing(property("a", "text", ""), `,"x-title-field":"ghost","x-owner-field":"a"`)},
			[]string{"/entity/thing/x-owner-field wrong_field_type", "/entity/thing/x-title-field unknown_field"}},
		{"a required reference cannot be cleared", []string{thing(property("a", "reference", `,"x-entity":"thing","x-on-delete":"clear"`), `,"required":["a"]`)},
			[]string{at + "a/x-on-delete clear_required"}},
	})
}

func TestCompileRefusesKeys(t *testing.T) {
	t.Parallel()
	refuse(t, []refusal{
		{"built-in entity", []string{strings.Replace(thing("", ""), `"thing"`, `"user"`, 1)}, []string{"/entity/user/key reserved_key"}},
		{"weft's own collections", []string{strings.Replace(thing("", ""), `"thing"`, `"weft_job"`, 1)}, []string{"/entity/weft_job/key reserved_key"}},
		{"the role admin", []string{`{"kind":"role","key":"admin","title":` + title + `,"grants":[]}`}, []string{"/role/admin/key reserved_key"}},
		{"the role member may have grants", []string{`{"kind":"role","key":"member","title":` + title + `,"grants":[]}`}, nil},
	})
}

func TestCompileRefusesDoubles(t *testing.T) {
	t.Parallel()
	one := &schemas.Entity{Kind: schemas.KindEntity, Key: "thing", Properties: schemas.Properties{
		{Key: "a", FieldType: schemas.TypeText}, {Key: "a", FieldType: schemas.TypeText}, {Key: "Bad", FieldType: schemas.TypeText}, {Key: "c", FieldType: "cloud"},
	}}
	_, problems := model.Compile(&schemas.Set{Entities: []*schemas.Entity{one, one}}, 1)
	var have []string
	for _, p := range problems {
		have = append(have, p.Path+" "+p.Code)
	}
	want := []string{"/entity/thing/key defined_twice", at + "Bad bad_key", at + "a defined_twice", at + "c/x-type no_such_type"}
	if !slices.Equal(have, want) {
		t.Errorf("%q", have)
	}
}

func TestCompileRefusesDanglingReferences(t *testing.T) {
	t.Parallel()
	refuse(t, []refusal{
		{"entity", []string{thing(property("a", "reference", `,"x-entity":"ghost"`), "")}, []string{at + "a/x-entity unknown_entity"}},
		{"child entity", []string{thing(property("a", "child_rows", `,"x-child":"ghost"`), "")}, []string{at + "a/x-child unknown_entity"}},
		{"child rows of an entity that is no child", []string{thing(property("a", "child_rows", `,"x-child":"thing"`), "")}, []string{at + "a/x-child not_a_child"}},
		{"child of an entity without rows", []string{account0, thing(property("a", "reference", `,"x-entity":"account"`), `,"x-child-of":{"entity":"account","field":"a"}`)},
			[]string{"/entity/thing/x-child-of no_child_rows"}},
		{"child by a field that leads elsewhere", []string{account0, thing(property("a", "user", ""), `,"x-child-of":{"entity":"account","field":"a"}`)},
			[]string{"/entity/thing/x-child-of/field wrong_target"}},
		{"child of itself", []string{thing(property("a", "reference", `,"x-entity":"thing"`), `,"x-child-of":{"entity":"thing","field":"a"}`)},
			[]string{"/entity/thing/x-child-of/entity child_of_itself"}},
		{"two places for the same rows", []string{strings.Replace(line, `"deal"`, `"thing"`, -1), thing(property("a", "child_rows", `,"x-child":"line"`)+","+property("b", "child_rows", `,"x-child":"line"`), "")},
			[]string{at + "b/x-child child_twice"}},
		{"unique keys", []string{thing(property("a", "text", "")+","+property("b", "tags", ""), `,"x-unique":[["a","ghost"],["b"],["a"],["a"]]`)},
			[]string{"/entity/thing/x-unique/0/1 unknown_field", "/entity/thing/x-unique/1 not_indexable", "/entity/thing/x-unique/3 index_twice"}},
		{"indexes of too many fields", []string{thing(marked(63), "")}, []string{"/entity/thing too_many_indexes"}},
		{"indexes", []string{thing(property("a", "text", "")+","+property("b", "tags", ""), `,"x-indexes":[{"fields":["a","-created_at"]},{"fields":["ghost"]},{"fields":["b"]},{"fields":["a","-created_at"]}]`)},
			[]string{"/entity/thing/x-indexes/1/fields/0 unknown_field", "/entity/thing/x-indexes/2/fields/0 not_indexable", "/entity/thing/x-indexes/3/fields index_twice"}},
	})
}

// account0 is account without the roll-up that needs deals.
const account0 = `{"kind":"entity","key":"account","type":"object","x-title":` + title + `,"properties":{"name":{"x-type":"text","x-title":` + title + `}}}`

func TestCompileRefusesConditions(t *testing.T) {
	t.Parallel()
	refuse(t, []refusal{
		{"fields that do not exist", []string{thing(property("a", "text", ""), `,"if":{"properties":{"ghost":{"const":1}},"required":["spook"]},"then":{"anyOf":[{"required":["a"]},{"not":{"required":["shade"]}}]},"dependentRequired":{"a":["spirit"]}`)},
			[]string{"/entity/thing/dependentRequired/a/0 unknown_field", "/entity/thing/if/properties/ghost unknown_field", "/entity/thing/if/required/0 unknown_field",
				"/entity/thing/then/anyOf/1/not/required/0 unknown_field"}},
		{"no JSON Schema", []string{thing(property("a", "text", ""), `,"allOf":[{"properties":{"a":{"type":"colour"}}}]`)}, []string{"/entity/thing bad_condition"}},
		{"nothing is fetched", []string{thing(property("a", "text", ""), `,"allOf":[{"$ref":"http://127.0.0.1/x.json"}]`)}, []string{"/entity/thing/allOf/0/$ref unknown_keyword"}},
		{"nothing is read", []string{thing(property("a", "text", ""), `,"allOf":[{"$ref":"file:///etc/passwd"}]`)}, []string{"/entity/thing/allOf/0/$ref unknown_keyword"}},
	})
}

// A condition that says something else than its author meant is refused. // V6
func TestConditionsAreStrictToTheLeaves(t *testing.T) {
	t.Parallel()
	const choices = `,"x-choices":[{"key":"big","title":` + title + `},{"key":"small","title":` + title + `}]`
	fields := strings.Join([]string{property("a", "text", ""), property("n", "number", ""), property("m", "currency", `,"x-currency":"CNY"`), property("c", "choice", choices), property("mc", "multi_choice", choices),
		property("d", "date", ""), property("b", "boolean", ""), property("place", "location", "")}, ",")
	cases := []struct{ name, condition, want string }{
		{"a misspelled properties", `"if":{"propertys":{}},"then":{"required":["a"]}`, "/if/propertys unknown_keyword"},
		{"a misspelled required", `"if":{"required":["n"]},"then":{"requird":["a"]}`, "/then/requird unknown_keyword"},
		{"a misspelled keyword of a field", `"allOf":[{"properties":{"a":{"minLenght":3}}}]`, "/allOf/0/properties/a/minLenght unknown_keyword"},
		{"inside not", `"allOf":[{"not":{"properties":{"a":{"max":3}}}}]`, "/allOf/0/not/properties/a/max unknown_keyword"},
		{"inside contains", `"allOf":[{"properties":{"mc":{"contains":{"cons":"big"}}}}]`, "/allOf/0/properties/mc/contains/cons unknown_keyword"},
		{"inside a location", `"allOf":[{"properties":{"place":{"properties":{"lat":{"minimal":3}}}}}]`, "/allOf/0/properties/place/properties/lat/minimal unknown_keyword"},
		{"unevaluatedProperties", `"allOf":[{"unevaluatedProperties":false}]`, "/allOf/0/unevaluatedProperties unknown_keyword"},
		{"an unknown format", `"allOf":[{"properties":{"a":{"format":"phone"}}}]`, "/allOf/0/properties/a/format unknown_format"},
		{"then without if", `"then":{"required":["a"]}`, "/then lone_keyword"},
		{"if without then", `"if":{"required":["a"]}`, "/if lone_keyword"},
		{"minContains alone", `"allOf":[{"properties":{"mc":{"minContains":1}}}]`, "/allOf/0/properties/mc/minContains lone_keyword"},
		{"a const outside the choices", `"if":{"properties":{"c":{"const":"huge"}},"required":["c"]},"then":{"required":["a"]}`, "/if/properties/c/const never_a_value"},
		{"an enum outside the choices", `"if":{"properties":{"c":{"enum":["big","huge"]}},"required":["c"]},"then":{"required":["a"]}`, "/if/properties/c/enum/1 never_a_value"},
		{"a choice that a multi-choice does not have", `"allOf":[{"properties":{"mc":{"contains":{"const":"huge"}}}}]`, "/allOf/0/properties/mc/contains/const never_a_value"},
		{"a key in place of a list", `"allOf":[{"properties":{"mc":{"const":"big"}}}]`, "/allOf/0/properties/mc/const never_a_value"},
		{"a list with a wrong key", `"allOf":[{"properties":{"mc":{"const":["big","huge"]}}}]`, "/allOf/0/properties/mc/const/1 never_a_value"},
		{"a date that is none", `"allOf":[{"properties":{"d":{"const":"31.01.2026"}}}]`, "/allOf/0/properties/d/const never_a_value"},
		{"a text for a number", `"allOf":[{"properties":{"n":{"const":"1"}}}]`, "/allOf/0/properties/n/const never_a_value"},
		{"an unset field is absent, not null", `"allOf":[{"properties":{"a":{"const":null}}}]`, "/allOf/0/properties/a/const never_a_value"},
		{"an empty enum", `"allOf":[{"properties":{"a":{"enum":[]}}}]`, "/allOf/0/properties/a/enum too_few"},
		{"a required system field", `"allOf":[{"required":["created_by"]}]`, "/allOf/0/required/0 system_field_required"},
		{"a bound on a text", `"allOf":[{"properties":{"a":{"minimum":1}}}]`, "/allOf/0/properties/a/minimum idle_keyword"},
		{"a length of an amount", `"allOf":[{"properties":{"m":{"minLength":1}}}]`, "/allOf/0/properties/m/minLength idle_keyword"},
		{"a bound on the record", `"allOf":[{"minimum":1}]`, "/allOf/0/minimum idle_keyword"},
		{"another type than the field's", `"allOf":[{"properties":{"n":{"type":"string"}}}]`, "/allOf/0/properties/n/type never_a_value"},
		{"a pattern of one engine only", `"allOf":[{"properties":{"a":{"pattern":"(?i)x"}}}]`, "/allOf/0/properties/a/pattern bad_pattern"},
		{"a schema that is none", `"allOf":[{"properties":{"a":{"minLength":"x"}}}]`, " bad_condition"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			refuse(t, []refusal{{"", []string{thing(fields, ","+c.condition)}, []string{"/entity/thing" + c.want}}})
		})
	}
}

// One mistake is one problem: what reads a computed field without a valid
// x-result is not refused for it again. // E10
func TestAMissingResultIsOneProblem(t *testing.T) {
	t.Parallel()
	line := `{"kind":"entity","key":"line","type":"object","x-title":` + title + `,"properties":{` + property("thing", "reference", `,"x-entity":"thing"`) + "," + property("price", "currency", `,"x-currency":"CNY"`) + `}}`
	view := `{"kind":"view","key":"v","title":` + title + `,"entity":"thing","type":"list","columns":["fee","total"],"sort":["-fee"],"where":{"all":[["fee",">",3],["total",">","5.5"],["more",">",1]]}}`
	fields := strings.Join([]string{property("more", "formula", `,"x-result":"number","x-formula":"fee + 1"`), property("fee", "formula", `,"x-formula":"n * 2"`), property("n", "number", ""),
		property("total", "roll_up", `,"x-roll-up":{"entity":"line","field":"thing","func":"sum","of":"price"}`)}, ",")
	refuse(t, []refusal{{"missing", []string{line, thing(fields, ""), view}, []string{at + "fee/x-result required", at + "total/x-result required"}}})
}

// What a condition may say of each type still publishes, amounts as numbers.
func TestConditionsThatArePublished(t *testing.T) {
	t.Parallel()
	const choices = `,"x-choices":[{"key":"big","title":` + title + `},{"key":"small","title":` + title + `}]`
	fields := strings.Join([]string{property("a", "text", ""), property("m", "currency", `,"x-currency":"CNY"`), property("c", "choice", choices), property("mc", "multi_choice", choices),
		property("d", "date", ""), property("b", "boolean", ""), property("place", "location", ""), property("marks", "tags", ""), property("stars", "rating", ""), property("part", "percent", "")}, ",")
	m := compile(t, thing(fields, `,"allOf":[
		{"properties":{"a":{"pattern":"^\\S+$","maxLength":9},"m":{"enum":[1,2.5]},"c":{"const":"big"},"mc":{"minItems":1,"items":{"enum":["big"]}},"d":{"const":"2026-01-31"},"b":{"const":true},
		"place":{"required":["address"]},"marks":{"uniqueItems":true},"stars":{"minimum":3},"part":{"type":"number"}}},
		{"if":{"required":["a"]},"then":{"dependentRequired":{"a":["c"]}}}]`))
	e, _ := m.Entity("thing")
	if ps := e.Conditions.Validate(map[string]any{"a": "x\u3000y", "c": "big"}); len(ps) != 1 || ps[0].Path != "/a" {
		t.Errorf("U+3000 is white space: %v", ps)
	}
	if ps := e.Conditions.Validate(map[string]any{"m": "2.5", "c": "big", "mc": []string{"big"}, "d": "2026-01-31", "b": true, "stars": 3.0}); len(ps) != 0 {
		t.Error(ps)
	}
}

func TestExtraConditions(t *testing.T) {
	t.Parallel()
	m := compile(t, thing(property("kind", "choice", `,"x-choices":[{"key":"big","title":`+title+`},{"key":"small","title":`+title+`}]`)+","+property("amount", "currency", `,"x-currency":"CNY"`)+","+
		property("note", "text", "")+","+property("marks", "tags", ""),
		`,"if":{"properties":{"amount":{"minimum":100000}},"required":["amount"]},"then":{"required":["note","kind"]},
		"allOf":[{"if":{"properties":{"kind":{"const":"small"}},"required":["kind"]},"then":{"properties":{"amount":{"maximum":10},"marks":{"contains":{"const":"x"}}}}}]`))
	e, _ := m.Entity("thing")
	cases := []struct {
		name   string
		record map[string]any
		want   []string
	}{
		{"nothing set", map[string]any{}, nil},
		{"an amount below the bound, as a decimal string", map[string]any{"amount": "99999.9999"}, nil},
		{"an amount at the bound", map[string]any{"amount": "100000"}, []string{"/kind required", "/note required"}},
		{"several at once, at their fields", map[string]any{"kind": "small", "amount": "11", "marks": []any{"y"}}, []string{"/amount too_great", "/marks condition"}},
		{"lists from Go code", map[string]any{"kind": "small", "marks": []string{"x"}}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var have []string
			for _, p := range e.Conditions.Validate(c.record) {
				have = append(have, p.Path+" "+p.Code)
				if !problem.Known(p.Code) {
					t.Error("no text for", p.Code)
				}
			}
			if !slices.Equal(have, c.want) {
				t.Errorf("have %q, want %q", have, c.want)
			}
		})
	}
}
