package schemas

import (
	"embed"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"weft/runtime/problem"
)

//go:embed meta/*.json
var metaFiles embed.FS

// metaBase is the address under which the meta-schemas know each other; it is
// never fetched.
const metaBase = "https://weft.dev/schemas/"

// Kinds lists the kinds of definitions in the order in which a Set holds them.
func Kinds() []Kind {
	return []Kind{KindEntity, KindForm, KindView, KindStageMachine, KindTrigger, KindRole, KindScript, KindDashboard, KindAssignmentRule, KindTemplate}
}

// MetaSchema is the JSON Schema (2020-12) of the definitions of kind k, or of a
// further document of packages (see Documents), with descriptions in both
// languages; nil for a kind that does not exist. It refers to common.json of
// the same folder.
func MetaSchema(k Kind) []byte {
	data, err := metaFiles.ReadFile("meta/" + string(k) + ".json")
	if err != nil || k == "common" {
		return nil
	}
	return described(string(k), data)
}

// Documents lists what a package holds besides definitions: import mappings, sample data and scenarios.
func Documents() []Kind { return []Kind{"mapping", "sample", "scenario"} }

// CheckDocument finds what is wrong with a document of one of Documents.
func CheckDocument(k Kind, data []byte) []problem.Field {
	doc, problems := parse(data)
	if len(problems) > 0 {
		return problems
	}
	return validate(k, doc)
}

// CommonSchema is the document common.json that the meta-schemas refer to.
func CommonSchema() []byte {
	data, err := metaFiles.ReadFile("meta/common.json")
	if err != nil {
		panic(err) // it is embedded
	}
	return described("common", data)
}

var (
	metaValidators = map[Kind]*jsonschema.Schema{}
	metaSource     = Sources{}
)

func init() {
	files, err := metaFiles.ReadDir("meta")
	if err != nil {
		panic(err)
	}
	c := NewCompiler()
	for _, f := range files {
		data, err := metaFiles.ReadFile("meta/" + f.Name())
		if err != nil {
			panic(err)
		}
		doc, problems := parse(data)
		if len(problems) > 0 {
			panic(fmt.Sprintf("schemas: %s: %v", f.Name(), problems))
		}
		metaSource[metaBase+f.Name()] = doc
		if err := c.AddResource(metaBase+f.Name(), strings.NewReader(string(data))); err != nil {
			panic(err)
		}
	}
	for _, f := range files {
		k := Kind(strings.TrimSuffix(f.Name(), path.Ext(f.Name())))
		if k != "common" {
			metaValidators[k] = c.MustCompile(metaBase + f.Name())
		}
	}
}

// NewCompiler makes a JSON Schema compiler that reads nothing from disk or net,
// so that no definition can make the server fetch something.
func NewCompiler() *jsonschema.Compiler {
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.LoadURL = func(s string) (io.ReadCloser, error) {
		return nil, fmt.Errorf("schemas: %s lies outside the definition", s)
	}
	return c
}
