package templates_test

import (
	"encoding/json"
	"io/fs"
	"path"
	"strings"
	"testing"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
	"weft/templates"
)

// names lists the shipped templates.
func names(t *testing.T) []string {
	t.Helper()
	entries, err := fs.ReadDir(templates.FS, ".")
	if err != nil || len(entries) == 0 {
		t.Fatal("no templates", err)
	}
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.Name()
	}
	return list
}

// definitions reads every definition of a template and of those that it requires.
func definitions(t *testing.T, name string) *schemas.Set {
	t.Helper()
	set := &schemas.Set{}
	addDefinitions(t, set, name)
	return set
}

func addDefinitions(t *testing.T, set *schemas.Set, name string) {
	t.Helper()
	err := fs.WalkDir(templates.FS, name, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".json") {
			return err
		}
		switch path.Base(path.Dir(file)) {
		case "mappings", "sample", "scenarios":
			return nil
		}
		data, err := fs.ReadFile(templates.FS, file)
		if err != nil {
			return err
		}
		if path.Base(path.Dir(file)) == "scripts" {
			data = withSource(t, file, data)
		}
		def, problems := schemas.Decode(data)
		if len(problems) > 0 {
			t.Errorf("%s: %v", file, problem.Of(problem.Invalid, problems...))
			return nil
		}
		if base := strings.TrimSuffix(path.Base(file), ".json"); base != def.DefinitionKey() && base != "template" {
			t.Errorf("%s defines %s", file, def.DefinitionKey())
		}
		set.Add(def)
		if manifest, ok := def.(*schemas.Template); ok {
			for _, required := range manifest.Requires {
				addDefinitions(t, set, required)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// withSource puts the source beside a script's definition into it.
func withSource(t *testing.T, file string, data []byte) []byte {
	t.Helper()
	source, err := fs.ReadFile(templates.FS, strings.TrimSuffix(file, ".json")+".js")
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	doc["source"] = string(source)
	if data, err = json.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEveryTemplateCompiles(t *testing.T) {
	t.Parallel()
	for _, name := range names(t) {
		m, problems := model.Compile(definitions(t, name), 1)
		if len(problems) > 0 {
			t.Errorf("%s: %v", name, problem.Of(problem.Invalid, problems...))
			continue
		}
		if len(m.Warnings) > 0 { // an index serves every list, board and dashboard, for each of its roles
			t.Errorf("%s: %v", name, problem.Of(problem.Invalid, m.Warnings...))
		}
		if _, err := fs.Stat(templates.FS, path.Join(name, "README.md")); err != nil {
			t.Error(err)
		}
	}
}

// The machine allows exactly the moves of the issue: forward one at a time,
// back one, lost from every open stage; back and lost ask for a reason.
func TestDealsMoveOneStageAtATime(t *testing.T) {
	t.Parallel()
	m, _ := model.Compile(definitions(t, "opportunity-pipeline"), 1)
	machine := m.Entities["opportunity"].Machine
	order := []string{"prospecting", "engaging", "evaluation", "contract_review", "won"}
	stages := append(order, "lost")
	index := map[string]int{}
	for i, s := range order {
		index[s] = i
	}
	for _, from := range stages {
		for _, to := range stages {
			if from == to {
				continue
			}
			move := machine.Transition(from, to)
			closing := to == "lost" && from != "won"
			back := from != "lost" && to != "lost" && index[to] == index[from]-1
			forward := from != "lost" && to != "lost" && index[to] == index[from]+1
			if (move != nil) != (closing || back || forward) {
				t.Errorf("%s → %s: %v", from, to, move != nil)
			}
			if move != nil && (move.Def.Reason != nil && move.Def.Reason.Required) == forward {
				t.Errorf("%s → %s: reason %v", from, to, move.Def.Reason)
			}
		}
	}
}
