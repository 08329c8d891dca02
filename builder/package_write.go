package builder

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"weft/schemas"
)

// Files gives the package in the layout that ReadPackage reads: contents by
// slash-separated file name.
func (p *Package) Files() (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, d := range p.Set.All() {
		if err := definitionFiles(d, out); err != nil {
			return nil, err
		}
	}
	add := func(file string, v any) error {
		data, err := indented(v)
		if err != nil {
			return fmt.Errorf("builder: %s: %w", file, err)
		}
		out[file] = data
		return nil
	}
	var errs []error
	for name, m := range p.Mappings {
		errs = append(errs, add("mappings/"+name+".json", m))
	}
	for name, s := range p.Scenarios {
		errs = append(errs, add("scenarios/"+name+".json", s))
	}
	for _, s := range p.Samples {
		errs = append(errs, add("sample/"+s.Name+".json", s))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if p.Readme != "" {
		out["README.md"] = []byte(p.Readme)
	}
	return out, nil
}

func definitionFiles(d schemas.Definition, out map[string][]byte) error {
	file := manifestFile
	for folder, kind := range folders {
		if kind == d.DefinitionKind() {
			file = folder + "/" + d.DefinitionKey() + ".json"
		}
	}
	data, err := schemas.Encode(d)
	if err != nil {
		return fmt.Errorf("builder: %s: %w", file, err)
	}
	if s, ok := d.(*schemas.Script); ok {
		if data, err = withoutSource(s, data); err != nil {
			return err
		}
		out["scripts/"+s.Key+".js"] = []byte(s.Source)
	}
	out[file] = data
	return nil
}

// withoutSource moves the source to the .js file of the same name.
func withoutSource(s *schemas.Script, data []byte) ([]byte, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, fmt.Errorf("builder: script %s: %w", s.Key, err)
	}
	delete(members, "source")
	return indented(members)
}

// indented is JSON for people: two spaces of indent, no escaping of < and >.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}
