package transfer

import (
	"encoding/json"
	"strings"
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// cellReader turns the text of a cell into the wire value of a field. Texts of
// references are left to the resolver.
type cellReader struct{ zone *time.Location }

// wire gives the wire value of a text that is not empty. A problem's path is
// empty: the caller knows the column.
func (r cellReader) wire(f *model.Field, c *Column, text string) (any, *problem.Field) {
	trimmed := strings.TrimSpace(text)
	switch f.Def.FieldType {
	case schemas.TypeNumber, schemas.TypeInteger, schemas.TypeRating, schemas.TypePercent:
		return readNumber(trimmed, c.Decimal, f.Def.FieldType == schemas.TypePercent)
	case schemas.TypeCurrency:
		return readAmount(trimmed, c.Decimal, f.Def.Currency)
	case schemas.TypeBoolean:
		return readBoolean(trimmed)
	case schemas.TypeDate:
		return r.readDate(trimmed, c.Format)
	case schemas.TypeDatetime:
		return r.readDatetime(trimmed, c.Format)
	case schemas.TypeChoice:
		return readChoice(f.Def, trimmed)
	case schemas.TypeMultiChoice:
		return readChoices(f.Def, trimmed)
	case schemas.TypeTags, schemas.TypeAttachment, schemas.TypeImage, schemas.TypeSignature:
		return splitList(trimmed), nil
	case schemas.TypeLocation, schemas.TypeChildRows:
		return readJSON(trimmed)
	case schemas.TypeRegion:
		return readRegion(trimmed)
	case schemas.TypeText, schemas.TypeLongText:
		return text, nil
	}
	return trimmed, nil
}

// readJSON reads fields that have no form of their own in a table.
func readJSON(text string) (any, *problem.Field) {
	var v any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil || d.More() {
		return nil, cellProblem("import_not_json")
	}
	return v, nil
}

// splitList cuts a cell into items at ; ； 、 ， , | and line breaks; a JSON array
// of texts is taken as it is.
func splitList(text string) []any {
	var items []any
	if strings.HasPrefix(text, "[") && json.Unmarshal([]byte(text), &items) == nil && allTexts(items) {
		return items
	}
	items = nil
	for _, item := range strings.FieldsFunc(text, isListMark) {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func allTexts(items []any) bool {
	for _, x := range items {
		if _, ok := x.(string); !ok {
			return false
		}
	}
	return true
}

func isListMark(r rune) bool { return strings.ContainsRune(";；、，,|\n\r", r) }

func cellProblem(code string, params ...any) *problem.Field {
	p := problem.At("", code, params...)
	return &p
}
