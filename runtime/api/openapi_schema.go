package api

import (
	"maps"

	"weft/runtime/model"
	"weft/runtime/record"
)

func closedObject(required []string, properties object) object {
	o := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}

// openObject is an object that may have further members.
func openObject(required []string, properties object) object {
	o := closedObject(required, properties)
	delete(o, "additionalProperties")
	return o
}

func listOf(schema object) object { return object{"type": "array", "items": schema} }

var (
	anyText    = object{"type": "string"}
	anyBool    = object{"type": "boolean"}
	anyInt     = object{"type": "integer"}
	anyObject  = object{"type": "object"}
	anyThing   = object{}
	textList   = listOf(anyText)
	timeText   = object{"type": "string", "format": "date-time"}
	pageLimit  = object{"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}
	titleShape = closedObject([]string{"zh-CN", "en"}, object{"zh-CN": anyText, "en": anyText})
)

// commonSchemas are the schemas that are the same for all entities.
func commonSchemas() object {
	all := object{}
	for _, part := range []object{problemSchemas(), querySchemas(), changeSchemas(), accountSchemas(), systemSchemas()} {
		maps.Copy(all, part)
	}
	return all
}

func problemSchemas() object {
	codes := []string{"malformed", "unauthenticated", "forbidden", "not_found", "method", "guard", "transition", "unique", "referenced", "conflict",
		"stale", "too_large", "media_type", "invalid", "rate", "unavailable", "outcome_unknown", "storage_full", "internal"}
	return object{
		"Problem": openObject([]string{"type", "title", "status", "code", "detail", "errors"}, object{
			"type": anyText, "title": anyText, "status": anyInt, "code": object{"enum": codes}, "detail": anyText, "instance": anyText,
			"errors": listOf(ref("FieldProblem")),
		}),
		"FieldProblem": openObject([]string{"path", "code", "message"}, object{
			"path": object{"type": "string", "description": "JSON pointer into the request"}, "code": anyText, "message": anyText,
		}),
		"Title":    titleShape,
		"Anything": anyThing,
	}
}

func querySchemas() object {
	where := object{"description": `A condition ["stage","=","won"], or {"all":[…]}, {"any":[…]}, {"not":…}`}
	return object{
		"Query": closedObject(nil, object{"where": where, "search": anyText, "sort": textList, "limit": pageLimit, "cursor": anyText,
			"fields": textList, "expand": textList, "count": object{"enum": []string{"none", "capped", "exact"}}}),
		"AggregateQuery": closedObject(nil, object{"where": where, "search": anyText, "groupBy": listOf(anyThing), "metrics": anyObject,
			"sort": textList, "limit": anyInt}),
		"BoardQuery": closedObject([]string{"by"}, object{"by": anyText, "where": where, "search": anyText, "sort": textList, "limit": pageLimit,
			"sums": textList, "fields": textList, "expand": textList}),
		"Rows": closedObject([]string{"rows"}, object{"rows": listOf(anyObject)}),
		"History": closedObject([]string{"items"}, object{"cursor": anyText, "items": listOf(openObject([]string{"rev", "at", "by", "source", "changes"}, object{
			"rev": anyInt, "at": timeText, "by": anyText, "source": object{"type": "string", "enum": record.Sources}, "cause": anyText, "depth": anyInt, "version": anyInt, "changes": anyObject,
		}))}),
	}
}

func changeSchemas() object {
	return object{
		"Transition": closedObject([]string{"to"}, object{"to": anyText, "values": anyObject, "comment": anyText}),
		"Merge":      closedObject([]string{"keep", "from"}, object{"keep": anyText, "from": textList, "values": anyObject}),
		"Bulk": closedObject([]string{"op"}, object{"op": object{"enum": []string{"update", "delete", "restore", "transition"}}, "ids": textList,
			"where": anyThing, "values": anyObject, "to": anyText, "comment": anyText}),
		"BulkResults": closedObject([]string{"results"}, object{"results": listOf(closedObject([]string{"id", "status"}, object{
			"id": anyText, "status": anyInt, "rev": anyInt, "type": anyText, "title": anyText, "code": anyText, "detail": anyText, "errors": listOf(ref("FieldProblem")),
			"_warnings": listOf(ref("FieldProblem")),
		}))}),
		"Upload": closedObject([]string{"file"}, object{"file": object{"type": "string", "format": "binary"}}),
		"Piece":  object{"description": "Bytes of the file"},
		"PartialUpload": closedObject([]string{"id", "name", "length", "offset", "expires"}, object{"id": anyText, "name": anyText, "length": anyInt,
			"offset": anyInt, "expires": timeText, "file": ref("File")}),
		"File": closedObject([]string{"id", "name", "media_type", "size", "sha256", "at"}, object{"id": anyText, "name": anyText,
			"media_type": anyText, "size": anyInt, "sha256": anyText, "at": timeText}),
		"Import":       openObject([]string{"id", "state"}, object{"id": anyText, "state": anyText, "dry_run": anyBool, "files": listOf(anyObject), "problems": listOf(anyObject)}),
		"Import.files": object{"description": "A CSV or XLSX file, or a form with several"},
	}
}

func accountSchemas() object {
	token := object{"id": anyText, "user": anyText, "role": anyText, "name": anyText, "prefix": anyText, "created_at": timeText,
		"created_by": anyText, "expires_at": timeText, "used_at": timeText}
	withSecret := maps.Clone(token)
	withSecret["token"] = anyText
	return object{
		"Credentials":  closedObject([]string{"login", "password"}, object{"login": anyText, "password": anyText}),
		"SessionToken": closedObject([]string{"token"}, object{"token": anyText}),
		"Me": closedObject([]string{"id", "login", "name", "admin", "roles", "departments", "language"}, object{"id": anyText, "login": anyText,
			"name": anyText, "admin": anyBool, "roles": textList, "departments": textList, "language": anyText}),
		"Password":       closedObject([]string{"password"}, object{"password": anyText}),
		"Token":          closedObject([]string{"id", "user", "name", "prefix"}, token),
		"Tokens":         closedObject([]string{"items"}, object{"items": listOf(ref("Token"))}),
		"NewToken":       closedObject([]string{"name"}, object{"user": anyText, "role": anyText, "name": anyText, "expires_at": timeText}),
		"NewTokenAnswer": closedObject([]string{"id", "token"}, withSecret),
		"Sessions": closedObject([]string{"items"}, object{"items": listOf(closedObject([]string{"id", "user"}, object{"id": anyText, "user": anyText,
			"created_at": timeText, "used_at": timeText, "expires_at": timeText, "address": anyText, "agent": anyText}))}),
		"Meta": openObject([]string{"version", "entities", "forms", "views", "dashboards", "menus", "roles"}, object{"version": anyInt,
			"entities": listOf(openObject([]string{"key", "title", "fields", "operations", "schema"}, object{"key": anyText, "title": ref("Title")})),
			"forms":    listOf(anyObject), "views": listOf(anyObject), "dashboards": listOf(anyObject), "menus": listOf(anyObject),
			"roles": listOf(closedObject([]string{"key", "title"}, object{"key": anyText, "title": ref("Title")}))}),
	}
}

func systemSchemas() object {
	settings := object{
		"name":          object{"type": "string", "maxLength": 255},
		"zone":          object{"type": "string", "description": "IANA time zone in which days begin"},
		"first_weekday": object{"type": "string", "enum": []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}},
		"currency":      object{"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217"},
		"language":      object{"type": "string", "enum": []string{"zh-CN", "en"}},
	}
	patch := object{}
	for key, schema := range settings {
		patch[key] = object{"oneOf": []object{schema.(object), {"type": "null"}}}
	}
	return object{
		"Settings":      closedObject([]string{"name", "zone", "first_weekday", "currency", "language"}, settings),
		"SettingsPatch": closedObject(nil, patch),
		"Templates": closedObject([]string{"items"}, object{"items": listOf(openObject([]string{"key", "version", "title"}, object{
			"key": anyText, "version": anyText, "title": ref("Title"), "description": ref("Title")}))}),
		"Install":     closedObject(nil, object{"sampleData": anyBool, "confirmRoles": anyBool, "replace": anyBool, "keep": textList, "take": textList}),
		"Installed":   closedObject([]string{"version", "records"}, object{"version": anyInt, "records": anyInt, "confirmed": listOf(ref("Confirmable")), "awaiting": listOf(ref("Confirmable"))}),
		"Confirmable": closedObject([]string{"kind", "key"}, object{"kind": anyText, "key": anyText, "title": ref("Title")}),
	}
}

// addEntitySchemas describes an entity's records in answers, in creates and in
// patches, and pages of them.
func addEntitySchemas(all object, v viewer, e *model.Entity) {
	read := v.schema(e)
	properties := maps.Clone(read["properties"].(object))
	properties["expanded"] = anyObject
	properties["_warnings"] = listOf(ref("FieldProblem"))
	delete(read, "$schema")
	for _, word := range conditionWords {
		delete(read, word)
	}
	read["properties"], read["required"] = properties, []string{"id", "rev"}
	all[e.Key] = read

	write, patch := object{}, object{}
	for key, s := range read["properties"].(object) {
		if f := e.ByKey[key]; f != nil && v.writable(e.Key, key) {
			write[key] = s
			patch[key] = object{"anyOf": []any{s, object{"type": "null"}}}
		}
	}
	var required []string
	for _, f := range e.Fields {
		if f.Required && f.Def.Default == nil && write[f.Key] != nil {
			required = append(required, f.Key)
		}
	}
	all[e.Key+".create"] = closedObject(required, write)
	all[e.Key+".patch"] = closedObject(nil, patch)
	items := listOf(ref(e.Key))
	all[e.Key+".page"] = closedObject([]string{"items"}, object{"items": items, "cursor": anyText, "count": anyInt, "exact": anyBool})
	all[e.Key+".board"] = closedObject([]string{"columns"}, object{"columns": listOf(openObject([]string{"key", "count", "items"}, object{
		"key": anyText, "count": anyInt, "sums": anyObject, "items": items, "cursor": anyText,
	}))})
}

// conditionWords are the JSON Schema keywords that relate several fields.
var conditionWords = []string{"allOf", "if", "then", "else", "dependentRequired"}
