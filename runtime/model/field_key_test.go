package model_test

import (
	"strings"
	"testing"

	"weft/schemas"
)

var colours = []schemas.Choice{
	{Key: "red", Title: schemas.Title{ZhCN: "红", En: "Red"}},
	{Key: "green", Title: schemas.Title{ZhCN: "绿"}},
	{Key: "grey", Title: schemas.Title{ZhCN: "灰", En: "Grey"}, Hidden: true},
}

const (
	anID  = "01890f3e-7b2c-7c3d-8e4f-0123456789ab"
	other = "01890f3e-7b2c-7c3d-8e4f-0123456789ac"
)

func TestChoice(t *testing.T) {
	t.Parallel()
	f := field(schemas.Field{FieldType: schemas.TypeChoice, Choices: colours})
	checkValues(t, f, []valueCase{
		{wire: "red", stored: "red"},
		{name: "hidden ones stay valid", wire: "grey", stored: "grey"},
		{wire: "blue", wrong: "not_a_choice"},
		{name: "a title is no key", wire: "红", wrong: "not_a_choice"},
		{name: "empty", wire: "", wrong: "not_a_choice"},
		{name: "array", wire: []any{"red"}, wrong: "wrong_type"},
	})
	if got := f.Type.Format(f, "red", "zh-CN") + f.Type.Format(f, "green", "en") + f.Type.Format(f, "gone", "en"); got != "红绿gone" {
		t.Error(got)
	}
}

func TestMultiChoice(t *testing.T) {
	t.Parallel()
	low := 1
	f := field(schemas.Field{FieldType: schemas.TypeMultiChoice, Choices: colours})
	checkValues(t, f, []valueCase{
		{name: "two", wire: []any{"red", "green"}, stored: []any{"red", "green"}},
		{name: "empty is unset", wire: []any{}, stored: nil},
		{name: "doubles and strangers, all at once", wire: []any{"red", "blue", "red", 1.0}, wrong: "/1 not_a_choice, /2 duplicate_item, /3 wrong_type"},
		{name: "one key", wire: "red", wrong: "wrong_type"},
	})
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeMultiChoice, Choices: colours, MinItems: &low, MaxItems: &low}), []valueCase{
		{name: "too few", wire: []any{}, wrong: "too_few_items"},
		{name: "too many", wire: []any{"red", "green"}, wrong: "too_many_items"},
	})
	if got := f.Type.Format(f, []any{"red", "grey"}, "en"); got != "Red; Grey" {
		t.Error(got)
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeTags}), []valueCase{
		{name: "trimmed and composed", wire: []any{" 影像设备 ", "cafe\u0301"}, stored: []any{"影像设备", "café"}},
		{name: "double after trimming", wire: []any{"a", " a"}, wrong: "/1 duplicate_item"},
		{name: "blank", wire: []any{" "}, wrong: "/0 too_short"},
		{name: "long", wire: []any{strings.Repeat("长", 65)}, wrong: "/0 too_long"},
		{name: "NUL", wire: []any{"a\x00"}, wrong: "/0 nul_character"},
	})
}

func TestReference(t *testing.T) {
	t.Parallel()
	for _, name := range []schemas.FieldType{schemas.TypeReference, schemas.TypeUser, schemas.TypeDepartment} {
		checkValues(t, field(schemas.Field{FieldType: name, Entity: "account"}), []valueCase{
			{name: "id", wire: anID, stored: anID},
			{name: "capitals", wire: strings.ToUpper(anID), stored: anID},
			{name: "short", wire: anID[1:], wrong: "not_an_id"},
			{name: "braces", wire: "{" + anID[2:] + "}", wrong: "not_an_id"},
			{name: "no hex", wire: strings.Replace(anID, "a", "g", 1), wrong: "not_an_id"},
			{name: "an object", wire: map[string]any{"id": anID}, wrong: "wrong_type"},
			{name: "empty", wire: "", wrong: "not_an_id"},
		})
	}
}

func TestAttachmentImageSignature(t *testing.T) {
	t.Parallel()
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeAttachment}), []valueCase{
		{name: "two files", wire: []any{anID, other}, stored: []any{anID, other}},
		{name: "the same in capitals", wire: []any{anID, strings.ToUpper(anID)}, wrong: "/1 duplicate_item"},
		{name: "none", wire: []any{}, stored: nil},
		{name: "a path", wire: []any{"../../etc/passwd"}, wrong: "/0 not_an_id"},
		{name: "one id", wire: anID, wrong: "wrong_type"},
	})
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeSignature}), []valueCase{
		{name: "one signature", wire: []any{anID}, stored: []any{anID}},
		{name: "two signatures", wire: []any{anID, other}, wrong: "too_many_items"},
	})
}

func TestChildRows(t *testing.T) {
	t.Parallel()
	rows := []any{map[string]any{"name": "a"}}
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeChildRows, Child: "line"}), []valueCase{
		{name: "rows as given", wire: rows, stored: rows},
		{name: "not objects", wire: []any{1.0, nil}, wrong: "/0 wrong_type, /1 wrong_type"},
		{name: "an object", wire: map[string]any{}, wrong: "wrong_type"},
	})
}
