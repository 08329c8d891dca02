package builder

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"weft/runtime/problem"
	"weft/schemas"
)

// Limits of a package: files, bytes of one, bytes of all.
const (
	maxFiles      = 2000
	maxFileBytes  = 10 << 20
	maxTotalBytes = 50 << 20
)

// ReadPackage reads a package from its folder and returns all problems at
// once; paths begin with the file: /entities/account.json/properties/name.
// It does not compile the definitions: Check and Install do.
func ReadPackage(dir fs.FS) (*Package, []problem.Field) {
	r := &packageReader{p: &Package{
		Set: &schemas.Set{}, Mappings: map[string]json.RawMessage{}, Scenarios: map[string]json.RawMessage{},
	}}
	if err := r.gather(dir); err != nil {
		r.fail("", "package_unreadable", "error", err.Error())
		return nil, r.problems
	}
	for _, name := range r.names {
		r.file(name, r.files[name])
	}
	if r.p.Manifest == nil && r.files[manifestFile] == nil {
		r.fail(manifestFile, "required")
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return r.p, nil
}

type packageReader struct {
	p        *Package
	files    map[string][]byte
	names    []string // sorted
	problems []problem.Field
}

func (r *packageReader) fail(file, code string, params ...any) {
	at := ""
	if file != "" {
		at = "/" + file
	}
	r.problems = append(r.problems, problem.At(at, code, params...))
}

// gather reads all regular files into memory, within the limits.
func (r *packageReader) gather(dir fs.FS) error {
	r.files = map[string][]byte{}
	total := 0
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") && name != "." {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		if !d.Type().IsRegular() {
			r.fail(name, "not_a_regular_file")
			return nil
		}
		data, err := readBounded(dir, name)
		if err != nil {
			return err
		}
		total += len(data)
		if len(data) > maxFileBytes || total > maxTotalBytes || len(r.files) >= maxFiles {
			return errors.New("too large: " + name)
		}
		r.files[name] = data
		return nil
	})
	for name := range r.files {
		r.names = append(r.names, name)
	}
	slices.Sort(r.names)
	return err
}

// readBounded reads a file up to one byte beyond the limit: what a compressed
// file says of its size is not to be believed.
func readBounded(dir fs.FS, name string) ([]byte, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFileBytes+1))
}

func (r *packageReader) file(name string, data []byte) {
	folder, base := path.Split(name)
	folder = strings.TrimSuffix(folder, "/")
	key := strings.TrimSuffix(base, path.Ext(base))
	kind, isDefinition := folders[folder]
	switch {
	case name == manifestFile:
		if d := r.definition(name, data); d != nil {
			r.manifest(name, d)
		}
	case name == "README.md":
		if !utf8.Valid(data) {
			r.fail(name, "not_utf8")
		}
		r.p.Readme = string(data)
	case folder == "scripts" && path.Ext(base) == ".js":
		if r.files["scripts/"+key+".json"] == nil {
			r.fail(name, "script_alone")
		}
	case path.Ext(base) != ".json":
		r.fail(name, "unknown_file")
	case isDefinition:
		r.add(name, kind, key, data)
	case folder == "mappings":
		if r.valid("mapping", name, data) {
			r.document(name, data, r.p.Mappings, key)
		}
	case folder == "scenarios":
		if r.valid("scenario", name, data) {
			r.document(name, data, r.p.Scenarios, key)
		}
	case folder == "sample":
		r.sample(name, key, data)
	default:
		r.fail(name, "unknown_file")
	}
}

func (r *packageReader) definition(name string, data []byte) schemas.Definition {
	if path.Dir(name) == "scripts" {
		data = r.withSource(name, data)
	}
	d, problems := schemas.Decode(data)
	for _, p := range problems {
		p.Path = "/" + name + p.Path
		r.problems = append(r.problems, p)
	}
	return d
}

// withSource puts the source of scripts/x.js into the document of scripts/x.json.
func (r *packageReader) withSource(name string, data []byte) []byte {
	source := r.files[strings.TrimSuffix(name, ".json")+".js"]
	var members map[string]json.RawMessage
	if source == nil || json.Unmarshal(data, &members) != nil {
		return data
	}
	if _, twice := members["source"]; twice {
		r.fail(name+"/source", "script_twice")
		return data
	}
	text, err := json.Marshal(string(source))
	if err != nil {
		return data
	}
	members["source"] = text
	if joined, err := json.Marshal(members); err == nil {
		return joined
	}
	return data
}

func (r *packageReader) manifest(name string, d schemas.Definition) {
	t, ok := d.(*schemas.Template)
	if !ok {
		r.fail(name+"/kind", "not_allowed_value", "allowed", []string{string(schemas.KindTemplate)})
		return
	}
	r.p.Manifest = t
	r.p.Set.Add(t)
}

func (r *packageReader) add(name string, kind schemas.Kind, key string, data []byte) {
	d := r.definition(name, data)
	if d == nil {
		return
	}
	if d.DefinitionKind() != kind {
		r.fail(name+"/kind", "not_allowed_value", "allowed", []string{string(kind)})
		return
	}
	if d.DefinitionKey() != key {
		r.fail(name+"/key", "file_name_differs", "key", d.DefinitionKey())
		return
	}
	r.p.Set.Add(d)
}

// document keeps a JSON object of another package unchanged.
func (r *packageReader) document(name string, data []byte, to map[string]json.RawMessage, key string) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil || object == nil {
		r.fail(name, "wrong_type", "want", "object")
		return
	}
	to[key] = data
}

// valid checks a document against its meta-schema.
func (r *packageReader) valid(kind schemas.Kind, name string, data []byte) bool {
	problems := schemas.CheckDocument(kind, data)
	for _, p := range problems {
		p.Path = "/" + name + p.Path
		r.problems = append(r.problems, p)
	}
	return len(problems) == 0
}

func (r *packageReader) sample(name, key string, data []byte) {
	if !r.valid("sample", name, data) {
		return
	}
	s := Sample{Name: key}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&s); err != nil {
		r.fail(name, "not_json", "offset", dec.InputOffset())
		return
	}
	r.p.Samples = append(r.p.Samples, s)
}
