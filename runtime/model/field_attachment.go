package model

import (
	"strings"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

func init() {
	registerType(attachmentType{plain{schemas.TypeAttachment, query.Keys}, 50})
	registerType(attachmentType{plain{schemas.TypeImage, query.Keys}, 50})
	registerType(attachmentType{plain{schemas.TypeSignature, query.Keys}, 1})
}

// attachmentType is a list of file ids: attachment, image and signature.
// Package record checks that the files exist and are of an allowed kind.
type attachmentType struct {
	plain
	most int
}

func (t attachmentType) Schema(f *schemas.Field) map[string]any {
	return keysSchema(f, t.most, map[string]any{"type": "string", "format": "uuid"})
}

func (t attachmentType) Check(f *schemas.Field) []problem.Field {
	known := []string{"minItems", "maxItems", "x-media-types", "x-max-bytes"}
	if t.name != schemas.TypeSignature { // which is drawn, not taken somewhere
		known = append(known, "x-keep-position")
	}
	ps := append(checkOnly(f, known...), checkItems(f, t.most)...)
	for i, m := range f.MediaTypes {
		if !isMediaRange(m) {
			ps = append(ps, problem.At(problem.Pointer("x-media-types", i), "media_type_form"))
		}
	}
	if f.MaxBytes < 0 {
		ps = append(ps, problem.At("/x-max-bytes", "too_small", "min", 1))
	}
	return ps
}

// anyImage is what images and signatures take unless their definition says otherwise.
var anyImage = []string{"image/*"}

// MediaTypes are the media types that a field of files takes, such as
// "application/pdf" or "image/*"; none means any.
func (f *Field) MediaTypes() []string {
	t := f.Def.FieldType
	if len(f.Def.MediaTypes) == 0 && (t == schemas.TypeImage || t == schemas.TypeSignature) {
		return anyImage
	}
	return f.Def.MediaTypes
}

// HoldsFiles tells whether the field's values are ids of files.
func (f *Field) HoldsFiles() bool {
	_, ok := f.Type.(attachmentType)
	return ok
}

// isMediaRange tells whether m is "type/subtype" or "type/*".
func isMediaRange(m string) bool {
	kind, sub, ok := strings.Cut(m, "/")
	return ok && kind != "" && kind != "*" && sub != "" && !strings.ContainsAny(m, " ;,\t") && !strings.Contains(sub, "/")
}

func (t attachmentType) Normalise(f *Field, wire any) (any, []problem.Field) {
	return normaliseKeys(f.Def, wire, t.most, normaliseID)
}

func (t attachmentType) filterValue(_ *Field, wire any) (any, bool) {
	id, ps := normaliseID(wire)
	return id, ps == nil
}

func (t attachmentType) Format(_ *Field, stored any, _ string) string {
	return formatKeys(stored, func(id string) string { return id })
}
