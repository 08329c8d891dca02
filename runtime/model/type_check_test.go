package model_test

import (
	"encoding/json"
	"testing"

	"weft/runtime/model"
	"weft/schemas"
)

func TestDefinitionsOfFields(t *testing.T) {
	t.Parallel()
	one, two, huge, low, high := 1, 2, 1_000_000, 1.0, 2.0
	tests := []struct {
		name  string
		def   schemas.Field
		wrong string
	}{
		{"text", schemas.Field{FieldType: schemas.TypeText, Unique: true, Searchable: true, Sortable: true, MaxLength: &two, Pattern: "a"}, ""},
		{"annotations of other types", schemas.Field{FieldType: schemas.TypeText, Choices: colours, Max: 3}, "/x-choices annotation_unused, /x-max annotation_unused"},
		{"crossed lengths", schemas.Field{FieldType: schemas.TypeText, MinLength: &two, MaxLength: &one}, "/minLength bounds_crossed"},
		{"lengths out of range", schemas.Field{FieldType: schemas.TypeText, MaxLength: &huge}, "/maxLength bound_out_of_range"},
		{"long unique text", schemas.Field{FieldType: schemas.TypeLongText, Unique: true}, "/x-unique unique_too_long"},
		{"crossed bounds", schemas.Field{FieldType: schemas.TypeNumber, Minimum: &high, Maximum: &low}, "/minimum bounds_crossed"},
		{"currency", schemas.Field{FieldType: schemas.TypeCurrency, Currency: "CNY"}, ""},
		{"currency code", schemas.Field{FieldType: schemas.TypeCurrency, Currency: "yuan"}, "/x-currency currency_code"},
		{"no choices", schemas.Field{FieldType: schemas.TypeChoice}, "/x-choices required"},
		{"choices twice and odd", schemas.Field{FieldType: schemas.TypeChoice, Choices: []schemas.Choice{{Key: "a"}, {Key: "a"}, {Key: "红"}, {}}}, "/x-choices/1/key choice_twice, /x-choices/2/key choice_key, /x-choices/3/key choice_key"},
		{"reference to nowhere", schemas.Field{FieldType: schemas.TypeReference, OnDelete: "explode"}, "/x-on-delete not_a_choice, /x-entity required"},
		{"unique tags", schemas.Field{FieldType: schemas.TypeTags, Unique: true}, "/x-unique annotation_unused"},
		{"a position kept", schemas.Field{FieldType: schemas.TypeImage, KeepPosition: true}, ""},
		{"a position of a signature", schemas.Field{FieldType: schemas.TypeSignature, KeepPosition: true}, "/x-keep-position annotation_unused"},
		{"media types", schemas.Field{FieldType: schemas.TypeAttachment, MediaTypes: []string{"image/*", "application/pdf", "pdf", "*/*"}, MaxBytes: -1}, "/x-media-types/2 media_type_form, /x-media-types/3 media_type_form, /x-max-bytes too_small"},
		{"rating", schemas.Field{FieldType: schemas.TypeRating, Max: 11}, "/x-max bound_out_of_range"},
		{"auto number", schemas.Field{FieldType: schemas.TypeAutoNumber}, "/x-auto-number required"},
		{"auto number with a default", schemas.Field{FieldType: schemas.TypeAutoNumber, AutoNumber: &schemas.AutoNumber{Digits: 99}, Default: json.RawMessage(`"a"`)}, "/default annotation_unused, /x-auto-number/digits bound_out_of_range"},
		{"formula", schemas.Field{FieldType: schemas.TypeFormula, Formula: "a", Result: schemas.TypeCurrency}, ""},
		{"formula without result", schemas.Field{FieldType: schemas.TypeFormula, Formula: "a"}, "/x-result required"},
		{"formula of integers", schemas.Field{FieldType: schemas.TypeFormula, Formula: "a", Result: schemas.TypeInteger}, "/x-result result_type"},
		{"count", schemas.Field{FieldType: schemas.TypeRollUp, RollUp: &schemas.RollUp{Entity: "a", Field: "b", Func: "count"}}, ""},
		{"sum of nothing", schemas.Field{FieldType: schemas.TypeRollUp, RollUp: &schemas.RollUp{Entity: "a", Field: "b", Func: "sum"}}, "/x-roll-up/of required, /x-result required"},
		{"unknown figure", schemas.Field{FieldType: schemas.TypeRollUp, Result: schemas.TypeNumber, RollUp: &schemas.RollUp{Entity: "a", Field: "b", Func: "median", Of: "c"}}, "/x-roll-up/func roll_up_func"},
		{"child rows of nothing", schemas.Field{FieldType: schemas.TypeChildRows}, "/x-child required"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			typ, _ := model.TypeOf(c.def.FieldType)
			ps := typ.Check(&c.def)
			if list(ps) != c.wrong {
				t.Errorf("%q, want %q", list(ps), c.wrong)
			}
			checkTexts(t, ps)
		})
	}
}

func TestFilterValuesAreNotBound(t *testing.T) {
	t.Parallel()
	zero, eight := 0.0, 8
	tests := []struct {
		name   string
		def    schemas.Field
		wire   any
		stored any
		ok     bool
	}{
		{"short text", schemas.Field{FieldType: schemas.TypeText, MinLength: &eight, Pattern: "^x"}, "a", "a", true},
		{"number below minimum", schemas.Field{FieldType: schemas.TypeNumber, Minimum: &zero}, -1.0, -1.0, true},
		{"amount below minimum", schemas.Field{FieldType: schemas.TypeCurrency, Minimum: &zero}, "-1", "09999999999999990000", true},
		{"half an integer", schemas.Field{FieldType: schemas.TypeInteger}, 0.5, 0.5, true},
		{"one key of many", schemas.Field{FieldType: schemas.TypeMultiChoice, Choices: colours}, "red", "red", true},
		{"no key", schemas.Field{FieldType: schemas.TypeChoice, Choices: colours}, "blue", nil, false},
		{"a phone in another spelling", schemas.Field{FieldType: schemas.TypePhone}, "138 0000 5678", "+8613800005678", true},
		{"part of a phone", schemas.Field{FieldType: schemas.TypePhone}, "5678", "5678", true},
		{"one file", schemas.Field{FieldType: schemas.TypeAttachment}, anID, anID, true},
		{"a tag", schemas.Field{FieldType: schemas.TypeTags}, " a", "a", true},
		{"computed amount", schemas.Field{FieldType: schemas.TypeFormula, Result: schemas.TypeCurrency}, "1", "10000000000000010000", true},
		{"text for a number", schemas.Field{FieldType: schemas.TypeNumber}, "1", nil, false},
		{"a place", schemas.Field{FieldType: schemas.TypeLocation}, map[string]any{}, nil, false},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, ok := model.FilterValue(field(c.def), c.wire)
			if ok != c.ok || ok && got != c.stored {
				t.Errorf("%v %v, want %v %v", got, ok, c.stored, c.ok)
			}
		})
	}
}
