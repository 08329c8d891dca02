package transfer

import (
	"os"
	"path/filepath"
	"testing"
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
