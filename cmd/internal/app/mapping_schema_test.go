package app_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"weft/runtime/transfer"
	"weft/schemas"
)

// The meta-schema of import mappings has the members that an import reads. // E9
func TestMappingsAndTheirMetaSchemaAgree(t *testing.T) {
	t.Parallel()
	type object struct {
		Properties map[string]any    `json:"properties"`
		Defs       map[string]object `json:"$defs"`
	}
	var doc object
	if err := json.Unmarshal(schemas.MetaSchema("mapping"), &doc); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]any{"": transfer.Mapping{}, "file_mapping": transfer.FileMapping{}, "column": transfer.Column{}, "stage_columns": transfer.StageColumns{}} {
		def := doc
		if name != "" {
			def = doc.Defs[name]
		}
		var members []string
		for i := range reflect.TypeOf(v).NumField() {
			tag, _, _ := strings.Cut(reflect.TypeOf(v).Field(i).Tag.Get("json"), ",")
			members = append(members, tag)
		}
		slices.Sort(members)
		if described := slices.Sorted(maps.Keys(def.Properties)); !slices.Equal(members, described) {
			t.Errorf("%q: an import reads %v, the meta-schema has %v", name, members, described)
		}
	}
}
