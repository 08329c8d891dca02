package transfer

import (
	"strings"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// Guess makes a mapping for files of one entity from their headers: a header
// that is a field's key or its title in either language, case and spaces aside,
// fills that field. The id, else the first unique field, is the key.
func Guess(e *model.Entity, header []string) (FileMapping, error) {
	f := FileMapping{Entity: e.Key, Columns: map[string]Columns{}}
	taken := map[string]bool{}
	for _, h := range header {
		key, ok := guessField(e, h)
		if !ok || taken[key] {
			continue
		}
		taken[key] = true
		f.Columns[h] = Columns{{Field: key}}
	}
	f.Key = guessKey(e, taken)
	f.Create = f.Key == idField
	if len(f.Columns) == 0 {
		return f, problem.New(problem.Invalid, "import_no_match_header", map[string]any{"entity": e.Def.Title, "headers": header[:min(len(header), headerSearch)]})
	}
	return f, nil
}

func guessField(e *model.Entity, header string) (key string, ok bool) {
	h := headerKey(header)
	if h == "" {
		return "", false
	}
	if h == idField {
		return idField, true
	}
	fillable := func(f *model.Field) bool {
		return (!f.Computed || f.Def.FieldType == schemas.TypeAutoNumber) && f.Def.FieldType != schemas.TypeChildRows
	}
	for _, f := range e.Fields {
		if fillable(f) && strings.EqualFold(f.Key, h) {
			return f.Key, true
		}
	}
	for _, f := range e.Fields {
		for _, t := range []string{f.Def.Title.ZhCN, f.Def.Title.En} {
			if fillable(f) && t != "" && (headerKey(t) == h || headerKey(longHeader(t, f.Key)) == h) {
				return f.Key, true
			}
		}
	}
	return "", false
}

// longHeader tells two fields with the same title apart.
func longHeader(title, key string) string { return title + " (" + key + ")" }

func guessKey(e *model.Entity, taken map[string]bool) string {
	if taken[idField] {
		return idField
	}
	for _, u := range e.Unique {
		if len(u.Fields) == 1 && taken[u.Fields[0].Key] {
			return u.Fields[0].Key
		}
	}
	return ""
}
