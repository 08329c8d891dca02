package model_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// field compiles one field definition on its own.
func field(def schemas.Field) *model.Field {
	t, ok := model.TypeOf(def.FieldType)
	if !ok {
		panic("no type " + def.FieldType)
	}
	f := &model.Field{Key: "x", Def: &def, Type: t, Kind: t.Kind(&def)}
	if def.Pattern != "" {
		f.Pattern = regexp.MustCompile(def.Pattern)
	}
	return f
}

// valueCase is one wire value: what is stored of it, or the problems as
// "path code".
type valueCase struct {
	name   string
	wire   any
	stored any
	wrong  string
}

func checkValues(t *testing.T, f *model.Field, cases []valueCase) {
	t.Helper()
	for _, c := range cases {
		name := c.name
		if name == "" {
			name, _ = c.wire.(string)
		}
		t.Run(name, func(t *testing.T) {
			got, ps := f.Type.Normalise(f, c.wire)
			if list(ps) != c.wrong {
				t.Fatalf("problems %q, want %q", list(ps), c.wrong)
			}
			if len(ps) == 0 && !reflect.DeepEqual(got, c.stored) {
				t.Errorf("stored %#v, want %#v", got, c.stored)
			}
			checkTexts(t, ps)
			if len(ps) == 0 && got != nil {
				checkSchema(t, f, f.Type.Wire(f, got))
			}
		})
	}
}

// checkSchema: what a record answers is valid under the field's JSON Schema.
func checkSchema(t *testing.T, f *model.Field, wire any) {
	t.Helper()
	text, err := json.Marshal(f.Type.Schema(f.Def))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat = true
	if err := c.AddResource("field.json", strings.NewReader(string(text))); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("field.json")
	if err != nil {
		t.Fatal(err)
	}
	text, err = json.Marshal(wire)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%v against %v: %v", wire, f.Type.Schema(f.Def), err)
	}
}

func list(ps []problem.Field) string {
	var out []string
	for _, p := range ps {
		out = append(out, strings.TrimSpace(p.Path+" "+p.Code))
	}
	return strings.Join(out, ", ")
}

// checkTexts: every problem can be told in both languages.
func checkTexts(t *testing.T, ps []problem.Field) {
	t.Helper()
	for _, p := range ps {
		for _, lang := range []string{"zh-CN", "en"} {
			if text := p.Message(lang); text == p.Code || strings.Contains(text, "{") {
				t.Errorf("%s in %s reads %q", p.Code, lang, text)
			}
		}
	}
}

func TestEveryFieldTypeIsThere(t *testing.T) {
	t.Parallel()
	want := []schemas.FieldType{
		schemas.TypeText, schemas.TypeLongText, schemas.TypeNumber, schemas.TypeInteger, schemas.TypeCurrency, schemas.TypePercent,
		schemas.TypeDate, schemas.TypeDatetime, schemas.TypeBoolean, schemas.TypeChoice, schemas.TypeMultiChoice, schemas.TypeTags,
		schemas.TypePhone, schemas.TypeEmail, schemas.TypeURL, schemas.TypeUser, schemas.TypeDepartment, schemas.TypeReference,
		schemas.TypeChildRows, schemas.TypeAttachment, schemas.TypeImage, schemas.TypeSignature, schemas.TypeLocation, schemas.TypeRegion,
		schemas.TypeAutoNumber, schemas.TypeFormula, schemas.TypeRollUp, schemas.TypeClock, schemas.TypeRating, schemas.TypeCreditCode,
	}
	for _, name := range want {
		if typ, ok := model.TypeOf(name); !ok || typ.Name() != name {
			t.Errorf("no type %s", name)
		}
	}
	if got := len(model.TypeNames()); got != len(want) {
		t.Errorf("%d types, want %d", got, len(want))
	}
}

// The empty value of any type, and values of every JSON type, never panic and
// are refused or taken without a word missing in either language.
func TestNoTypePanicsOnAnyJSONValue(t *testing.T) {
	t.Parallel()
	values := []any{"", "x", "\x00", "\xff", 1.5, -1.0, true, []any{}, []any{nil}, []any{1.0, "a", map[string]any{}}, map[string]any{}, map[string]any{"lat": nil, "x": 1.0}, []any{[]any{}}}
	for _, name := range model.TypeNames() {
		f := field(schemas.Field{FieldType: name})
		for _, v := range values {
			stored, ps := f.Type.Normalise(f, v)
			checkTexts(t, ps)
			if len(ps) == 0 && stored != nil {
				f.Type.Wire(f, stored)
				f.Type.Format(f, stored, "zh-CN")
				checkTexts(t, f.Type.Warn(f, stored))
			}
			model.FilterValue(f, v)
		}
	}
}
