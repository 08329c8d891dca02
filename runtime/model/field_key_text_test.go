package model

import (
	"testing"

	"weft/schemas"
)

// E-mail addresses compare without case: they are stored in lower case. // V3
func TestEmailsAreOneWithoutCase(t *testing.T) {
	t.Parallel()
	f := &Field{Key: "email", Def: &schemas.Field{FieldType: schemas.TypeEmail}, Type: types[schemas.TypeEmail]}
	stored, ps := f.Type.Normalise(f, " Li@Ex.COM ")
	filter, ok := FilterValue(f, "LI@ex.com")
	if ps != nil || !ok || stored != "li@ex.com" || filter != stored {
		t.Errorf("stored %v, filter %v, %v", stored, filter, ps)
	}
	if _, ok := FilterValue(f, 5); ok {
		t.Error("a number is no address")
	}
}
