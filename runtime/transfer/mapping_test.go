package transfer

import (
	"os"
	"path/filepath"
	"testing"

	"weft/runtime/problem"
)

func TestShippedMappingDecodes(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "templates", "opportunity-pipeline", "mappings", "b2b-sales.json"))
	if err != nil {
		t.Fatal(err)
	}
	m, problems := DecodeMapping(data)
	if len(problems) > 0 {
		t.Fatalf("problems: %v", problems)
	}
	if m.Name != "b2b-sales" || len(m.Files) != 6 {
		t.Fatalf("got %q with %d files", m.Name, len(m.Files))
	}
	if got := m.Files[5].Columns["opportunity_id"]; len(got) != 2 || got[0].Field != "external_id" {
		t.Fatalf("opportunity_id fills %v", got)
	}
}

func TestDecodeMappingIsStrict(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"unknown key":        `{"name":"a","filez":[]}`,
		"unknown column key": `{"name":"a","files":[{"entity":"x","columns":{"c":{"feld":"name"}}}]}`,
		"wrong type":         `{"name":1,"files":[]}`,
		"two documents":      `{"name":"a","files":[]}{}`,
		"not JSON":           `name: a`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, problems := DecodeMapping([]byte(doc)); len(problems) != 1 {
				t.Fatalf("problems: %v", problems)
			}
		})
	}
}

// A file given to the route of one entity does not become another one.
func TestAMappingDoesNotChangeTheEntityAskedFor(t *testing.T) {
	t.Parallel()
	doc := &Mapping{Name: "crm", Files: []FileMapping{
		{File: "accounts.csv", Entity: "account"}, {File: "people.csv", Entity: "department"}, {File: "people.csv", Entity: "user"},
	}}
	one := &Mapping{Files: doc.Files[:1]}
	for _, c := range []struct {
		mapping      *Mapping
		file, entity string
		want         bool
	}{
		{doc, "accounts.csv", "account", true},
		{doc, "accounts.csv", "opportunity", false},
		{doc, "People.csv", "user", true},
		{doc, "people.csv", "account", false},
		{doc, "accounts.csv", "", true},
		{doc, "unnamed.csv", "account", true}, // only picks the part by its entity
		{one, "any.csv", "account", true},
		{one, "any.csv", "user", false},
	} {
		in := []input{{Name: c.file}}
		if got := c.mapping.partFor(c.entity, in).fits(c.entity, in); got != c.want {
			t.Errorf("%s as %q: %v, want %v", c.file, c.entity, got, c.want)
		}
	}
	o := newTestApp(t)
	_, err := o.transfer.Import(t.Context(), o.admin, Job{Inputs: text("accounts.csv", "name\nA\n"), Entity: "product", Document: one})
	if p := asProblem(err); p == nil || p.Code != problem.Invalid || p.Fields[0].Path != "/mapping" || p.Fields[0].Code != "import_other_entity" {
		t.Errorf("accounts given as products: %v", err)
	}
}
