package model

import (
	"weft/runtime/query"
	"weft/schemas"
)

// systemFields are part of every record, before its own fields.
var systemFields = []query.Field{
	{Key: "id", Kind: query.Key},
	{Key: "rev", Kind: query.Number},
	{Key: "created_at", Kind: query.Instant},
	{Key: "created_by", Kind: query.Key},
	{Key: "updated_at", Kind: query.Instant},
	{Key: "updated_by", Kind: query.Key},
}

// systemTypes are the field types whose filter values the system fields take.
var systemTypes = map[string]schemas.FieldType{
	"id": schemas.TypeUser, "created_by": schemas.TypeUser, "updated_by": schemas.TypeUser,
	"rev": schemas.TypeNumber, "created_at": schemas.TypeDatetime, "updated_at": schemas.TypeDatetime,
}

// SystemFields lists the fields that every record has: id, rev, created_at,
// created_by, updated_at, updated_by. Entity.Lookup also knows their targets.
func SystemFields() []query.Field {
	out := make([]query.Field, len(systemFields))
	for i, f := range systemFields {
		f.Normalise = systemValue(f)
		out[i] = f
	}
	return out
}

// IsSystem tells whether key names a system field.
func IsSystem(key string) bool {
	_, ok := systemTypes[key]
	return ok
}

// systemTitles name the system fields on screen and in exports.
var systemTitles = map[string]schemas.Title{
	"id":         {ZhCN: "编号", En: "Id"},
	"rev":        {ZhCN: "版本", En: "Revision"},
	"created_at": {ZhCN: "创建时间", En: "Created at"},
	"created_by": {ZhCN: "创建人", En: "Created by"},
	"updated_at": {ZhCN: "更新时间", En: "Updated at"},
	"updated_by": {ZhCN: "更新人", En: "Updated by"},
}

// systemValue is FilterValue for a system field.
func systemValue(f query.Field) func(any) (any, bool) {
	def := &schemas.Field{Key: f.Key, FieldType: systemTypes[f.Key]}
	return func(wire any) (any, bool) {
		return FilterValue(&Field{Key: f.Key, Def: def, Type: types[def.FieldType], Kind: f.Kind}, wire)
	}
}
