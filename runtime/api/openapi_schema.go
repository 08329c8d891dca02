package api

import (
	"maps"
	"reflect"

	"weft/runtime/record"
	"weft/runtime/transfer"
	"weft/schemas"
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

// extensible is an object whose further members clients keep.
func extensible(required []string, properties object) object {
	o := closedObject(required, properties)
	o["additionalProperties"] = anyThing
	return o
}

func listOf(schema object) object { return object{"type": "array", "items": schema} }

var (
	anyText    = object{"type": "string"}
	anyBool    = object{"type": "boolean"}
	anyInt     = object{"type": "integer"}
	anyThing   = object{}
	textList   = listOf(anyText)
	timeText   = object{"type": "string", "format": "date-time"}
	pageLimit  = object{"type": "integer", "minimum": 1, "maximum": 1000, "description": "50 without it"}
	titleShape = closedObject(nil, object{"zh-CN": anyText, "en": anyText})
)

// commonSchemas are the schemas that are the same for all entities.
func commonSchemas() object {
	all := object{}
	types := typeSchemas{components: all, names: map[reflect.Type]string{
		reflect.TypeFor[schemas.Title](): "Title", reflect.TypeFor[transfer.Progress](): "Import",
	}}
	for _, part := range []object{problemSchemas(), querySchemas(), changeSchemas(), accountSchemas(), systemSchemas()} {
		maps.Copy(all, part)
	}
	all["Import"] = types.members(reflect.TypeFor[transfer.Progress]())
	all["Imports"] = closedObject([]string{"items"}, object{"items": listOf(ref("Import"))})
	all["Meta"] = metaSchema(&types)
	maps.Copy(all, builderSchemas(&types))
	maps.Copy(all, intakeSchemas(&types))
	maps.Copy(all, notificationSchemas(&types))
	maps.Copy(all, commentSchemas(&types))
	maps.Copy(all, personalSchemas())
	maps.Copy(all, jobSchemas(&types))
	maps.Copy(all, runSchemas(&types))
	maps.Copy(all, scriptSchemas(&types))
	maps.Copy(all, assignmentSchemas(&types))
	return all
}

func problemSchemas() object {
	codes := []string{"malformed", "unauthenticated", "forbidden", "not_found", "method", "guard", "transition", "unique", "referenced", "conflict", "claimed", "claim_limit", "script",
		"stale", "too_large", "media_type", "invalid", "rate", "unavailable", "outcome_unknown", "storage_full", "internal"}
	return object{
		"Problem": extensible([]string{"type", "title", "status", "code", "detail", "errors"}, object{
			"type": anyText, "title": anyText, "status": anyInt, "code": object{"type": "string", "enum": codes}, "detail": anyText, "instance": anyText,
			"errors": listOf(ref("FieldProblem")),
		}),
		"FieldProblem": extensible([]string{"path", "code", "message"}, object{
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
			"fields": textList, "expand": textList, "count": object{"type": "string", "enum": []string{"none", "capped", "exact"}}}),
		"BinQuery": closedObject(nil, object{"limit": object{"type": "integer", "minimum": 1, "maximum": 1000}, "cursor": anyText}),
		"Bin": closedObject([]string{"items"}, object{"cursor": anyText, "items": listOf(closedObject([]string{"id", "title", "deleted_at", "deletion"}, object{
			"id": anyText, "title": anyText, "deleted_at": timeText, "deleted_by": anyText, "deletion": anyText, "merged_into": anyText,
		}))}),
		"AggregateQuery": closedObject(nil, object{"where": where, "search": anyText, "groupBy": listOf(object{"description": `A field, or {"field","by","zone"}`}),
			"metrics": object{"type": "object", "additionalProperties": textList, "description": `{"n":["count"],"sum":["sum","amount"]}`},
			"sort":    textList, "limit": anyInt}),
		"BoardQuery": closedObject([]string{"by"}, object{"by": anyText, "where": where, "search": anyText, "sort": textList, "limit": pageLimit,
			"sums": textList, "fields": textList, "expand": textList}),
		"Rows": closedObject([]string{"rows"}, object{"rows": listOf(object{"type": "object", "additionalProperties": anyThing})}),
		"History": closedObject([]string{"items"}, object{"cursor": anyText, "items": listOf(openObject([]string{"rev", "at", "source", "changes"}, object{
			"rev": anyInt, "at": timeText, "by": anyText, "source": object{"type": "string", "enum": record.Sources}, "cause": anyText, "depth": anyInt, "version": anyInt, "changes": object{"type": "object", "additionalProperties": openObject(nil, object{"from": anyThing, "to": anyThing})},
		}))}),
	}
}

func changeSchemas() object {
	return object{
		"BulkResults": closedObject([]string{"results"}, object{"results": listOf(closedObject([]string{"id", "status"}, object{
			"id": anyText, "status": anyInt, "rev": anyInt, "type": anyText, "title": anyText, "code": anyText, "detail": anyText, "errors": listOf(ref("FieldProblem")),
			"_warnings": listOf(ref("FieldProblem")),
		}))}),
		"Upload": closedObject([]string{"file"}, object{"file": object{"type": "string", "format": "binary"}}),
		"Piece":  object{"type": "string", "format": "binary"},
		"PartialUpload": closedObject([]string{"id", "name", "length", "offset", "expires"}, object{"id": anyText, "name": anyText, "length": anyInt,
			"offset": anyInt, "expires": timeText, "file": ref("File")}),
		"File": closedObject([]string{"id", "name", "media_type", "size", "sha256", "at"}, object{"id": anyText, "name": anyText,
			"media_type": anyText, "size": anyInt, "sha256": anyText, "at": timeText}),
		"Import.form": openObject(nil, object{"file": listOf(object{"type": "string", "format": "binary"}),
			"mapping": object{"type": "string", "description": "A mapping, or the name of one"}}),
		"Import.table": object{"type": "string", "format": "binary"},
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
		"NewToken":       closedObject([]string{"name", "role"}, object{"user": anyText, "role": anyText, "name": anyText, "expires_at": timeText}),
		"NewTokenAnswer": closedObject([]string{"id", "token"}, withSecret),
		"Sessions": closedObject([]string{"items"}, object{"items": listOf(closedObject([]string{"id", "user"}, object{"id": anyText, "user": anyText,
			"created_at": timeText, "used_at": timeText, "expires_at": timeText, "address": anyText, "agent": anyText,
			"current": object{"type": "boolean", "description": "The session that asks"}}))}),
	}
}

// metaSchema describes what a client needs to build its screens.
func metaSchema(types *typeSchemas) object {
	return types.members(reflect.TypeFor[metaAnswer]())
}

func systemSchemas() object {
	settings := object{
		"name":          object{"type": "string", "maxLength": 255},
		"zone":          object{"type": "string", "description": "IANA time zone in which days begin"},
		"first_weekday": object{"type": "string", "enum": []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}},
		"currency":      object{"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217"},
		"language":      object{"type": "string", "enum": []string{"zh-CN", "en"}},
		"calendar":      object{"type": "object", "description": "Working hours by weekday, holidays by year", "additionalProperties": true},
	}
	patch := object{}
	for key, schema := range settings {
		patch[key] = object{"oneOf": []object{schema.(object), {"type": "null"}}}
	}
	settings["_warnings"] = listOf(ref("FieldProblem"))
	return object{
		"Settings":      closedObject([]string{"name", "zone", "first_weekday", "currency", "language", "calendar"}, settings),
		"SettingsPatch": closedObject(nil, patch),
		"Templates": closedObject([]string{"items"}, object{"items": listOf(openObject([]string{"key", "version", "title"}, object{
			"key": anyText, "version": anyText, "title": ref("Title"), "description": ref("Title")}))}),
		"Install":         closedObject(nil, object{"sampleData": anyBool, "confirmRoles": anyBool, "replace": anyBool, "keep": textList, "take": textList}),
		"Installed":       closedObject([]string{"version", "records"}, object{"version": anyInt, "records": anyInt, "confirmed": listOf(ref("Confirmable")), "awaiting": listOf(ref("Confirmable")), "required": listOf(ref("RequiredPackage"))}),
		"RequiredPackage": closedObject([]string{"key", "records"}, object{"key": anyText, "records": anyInt, "confirmed": listOf(ref("Confirmable")), "awaiting": listOf(ref("Confirmable"))}),
		"Confirmable":     closedObject([]string{"kind", "key"}, object{"kind": anyText, "key": anyText, "title": ref("Title")}),
	}
}
