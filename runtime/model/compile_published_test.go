package model_test

import (
	"testing"

	"weft/runtime/model"
)

// Definitions that an earlier weft published, and this one refuses, are loaded
// as they were: an upgrade never keeps anybody from their records.
func TestWhatWasPublishedStaysLoadable(t *testing.T) {
	t.Parallel()
	def := thing(property("code", "text", `,"pattern":"(?i)^[a-z]+$"`)+","+property("note", "text", ""),
		`,"if":{"required":["code"],"propertys":{}},"then":{"required":["note"]}`)
	if m, problems := model.Compile(decode(t, def), 1); m != nil || len(problems) != 2 {
		t.Fatalf("problems: %v", problems)
	}
	m, problems := model.CompilePublished(decode(t, def), 1)
	if m == nil || len(m.Warnings) != 2 {
		t.Fatalf("problems %v", problems)
	}
	e, _ := m.Entity("thing")
	if f := e.ByKey["code"]; f.Pattern == nil || !f.Pattern.MatchString("ABC") || f.Pattern.MatchString("1") {
		t.Error("the pattern lost its meaning")
	}
	if ps := e.Conditions.Validate(map[string]any{"code": "x"}); len(ps) != 1 || ps[0].Path != "/note" {
		t.Errorf("the condition lost its meaning: %v", ps)
	}
}
