package model

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"weft/schemas"
)

// suiteGroup is one schema of the official test suite with its cases.
type suiteGroup struct {
	Description string          `json:"description"`
	Schema      json.RawMessage `json:"schema"`
	Tests       []struct {
		Description string          `json:"description"`
		Data        json.RawMessage `json:"data"`
		Valid       bool            `json:"valid"`
	} `json:"tests"`
}

// TestOfficialJSONSchemaTestSuite runs every case of draft 2020-12 against
// conditions: what is published judges as the suite says. What conditions
// refuse at publishing is listed in testdata/refused.txt, schema by schema.
func TestOfficialJSONSchemaTestSuite(t *testing.T) { // V6
	var refused []string
	groups, cases := 0, 0
	root := filepath.Join("testdata", "json-schema-test-suite")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		name, _ := filepath.Rel(root, path)
		for _, g := range suiteGroups(t, path) {
			groups++
			v, problems := suiteValidator(t, g.Schema)
			if len(problems) > 0 {
				refused = append(refused, fmt.Sprintf("%s: %s: %s", filepath.ToSlash(name), g.Description, strings.Join(problems, ", ")))
				continue
			}
			for _, test := range g.Tests {
				cases++
				data, _ := decoded(test.Data)
				// Formats are checked, not mere annotations.
				want := test.Valid && !strings.HasSuffix(test.Description, "is only an annotation by default")
				if valid := len(v.Validate(map[string]any{"value": data})) == 0; valid != want {
					t.Errorf("%s: %s: %s: valid is %t, want %t", name, g.Description, test.Description, valid, want)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d schemas, of which %d are refused; %d cases", groups, len(refused), cases)
	sort.Strings(refused)
	compareWithFile(t, filepath.Join("testdata", "refused.txt"), strings.Join(refused, "\n")+"\n")
}

func suiteGroups(t *testing.T, path string) []suiteGroup {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var groups []suiteGroup
	if err := json.Unmarshal(data, &groups); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return groups
}

// suiteValidator compiles a schema as the condition of a value of unknown type,
// or says why it is refused.
func suiteValidator(t *testing.T, raw json.RawMessage) (*validator, []string) {
	t.Helper()
	schema, ok := decoded(raw)
	if !ok {
		t.Fatalf("not JSON: %s", raw)
	}
	if object, ok := schema.(map[string]any); ok {
		delete(object, "$schema") // says the draft, which conditions do not
	}
	c := &compiler{}
	checked := c.condition(schema, subject{}, "")
	if len(c.problems) > 0 {
		var codes []string
		for _, p := range c.problems {
			codes = append(codes, p.Path+" "+p.Code)
		}
		sort.Strings(codes)
		return nil, codes
	}
	v, err := newValidator(&Entity{Key: "suite", Def: &schemas.Entity{}}, map[string]any{"properties": map[string]any{"value": checked}})
	if err != nil {
		return nil, []string{"bad_condition"}
	}
	return v, nil
}

// compareWithFile holds text against a file; WEFT_UPDATE=1 writes the file.
func compareWithFile(t *testing.T, path, text string) {
	t.Helper()
	if os.Getenv("WEFT_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s differs from what conditions refuse now; WEFT_UPDATE=1 writes it", path)
	}
}
