package builder_test

import (
	"os"
	"regexp"
	"testing"

	"weft/runtime/model"
	"weft/runtime/problem"
)

func TestExamplesOfTheDocumentationCompile(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/definitions.md")
	if err != nil {
		t.Fatal(err)
	}
	var docs []string
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllSubmatch(page, -1) {
		docs = append(docs, string(block[1]))
	}
	if len(docs) < 3 {
		t.Fatalf("%d examples", len(docs))
	}
	if _, problems := model.Compile(set(t, docs...), 1); len(problems) > 0 {
		t.Error(problem.Of(problem.Invalid, problems...))
	}
}
