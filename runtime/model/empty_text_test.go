package model_test

import (
	"testing"

	"weft/runtime/model"
	"weft/schemas"
)

// V2: an empty text is unset, in every type, and so is one of blanks.
func TestEmptyTextIsUnset(t *testing.T) {
	t.Parallel()
	for _, name := range model.TypeNames() {
		f := field(schemas.Field{FieldType: name, Choices: colours, Result: schemas.TypeText})
		for _, wire := range []string{"", "  ", "\u3000\u200b"} {
			if stored, ps := f.FromWire(wire); stored != nil || ps != nil {
				t.Errorf("%s: %q gives %#v, %s", name, wire, stored, list(ps))
			}
		}
		if _, ps := f.FromWire("\x00"); len(ps) == 0 {
			t.Errorf("%s takes a NUL character", name)
		}
	}
}
