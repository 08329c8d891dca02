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

// V7: a login holds no white space of any kind, full-width included.
func TestLoginsHoldNoWhiteSpace(t *testing.T) {
	t.Parallel()
	login := compile(t, thing(property("a", "text", ""), "")).Entities["user"].ByKey["login"]
	for wire, want := range map[string]string{"li.wei": "", "张伟": "", "li\u3000wei": "pattern", "li wei": "pattern", "li\u00a0wei": "pattern", "li\u2003wei": "pattern"} {
		if _, ps := login.FromWire(wire); list(ps) != want {
			t.Errorf("%q: %q, want %q", wire, list(ps), want)
		}
	}
}
