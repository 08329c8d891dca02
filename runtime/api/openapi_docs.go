package api

import (
	"slices"
	"strconv"

	"weft/schemas"
)

// doc describes a route in the OpenAPI document.
type doc struct {
	Summary string
	Tag     string
	// Body names the schema of the request; BodyTypes default to JSON.
	Body      string
	BodyTypes []string
	// TableBody names the schema of content types other than forms.
	TableBody    string
	BodyOptional bool
	Query        []queryParameter
	Headers      []queryParameter
	IfMatch      bool
	Idempotent   bool
	// Operation is the right that the route needs; read when it is empty.
	Operation schemas.Operation
	// Answers are the successful ones by status.
	Answers map[string]answer
	// Refusals are statuses in addition to those of every similar route.
	Refusals []int
}

type answer struct {
	Schema, Type string
	Headers      []string // names in responseHeaders
}

type queryParameter struct {
	Name, About string
	Schema      object
}

func (d doc) bodyTypes() []string {
	if d.BodyTypes != nil {
		return d.BodyTypes
	}
	return []string{"application/json"}
}

func (a answer) mediaType() string {
	if a.Type != "" {
		return a.Type
	}
	return "application/json"
}

// statuses lists the error statuses of a route.
func (d doc) statuses(rt Route) []string {
	codes := slices.Clone(d.Refusals)
	if rt.Policy != Public {
		codes = append(codes, 400, 401, 403, 404, 429)
	}
	if d.Body != "" {
		codes = append(codes, 400, 413, 415, 422)
	}
	if d.Idempotent || d.IfMatch {
		codes = append(codes, 409)
	}
	if d.IfMatch {
		codes = append(codes, 412)
	}
	if rt.Method != "GET" && !rt.ReadOnly {
		codes = append(codes, 403, 507) // 403: a cross-origin request
	}
	codes = append(codes, 500, 503)
	slices.Sort(codes)
	var list []string
	for _, c := range slices.Compact(codes) {
		list = append(list, strconv.Itoa(c))
	}
	return list
}

func ok(schema string) map[string]answer { return map[string]answer{"200": {Schema: schema}} }
func none() map[string]answer            { return map[string]answer{"204": {}} }
func made(schema string, headers ...string) map[string]answer {
	return map[string]answer{"201": {Schema: schema, Headers: headers}}
}
func tagged(status, schema string) map[string]answer {
	return map[string]answer{status: {Schema: schema, Headers: []string{"ETag"}}}
}

var textParameter = object{"type": "string"}

var docs = map[string]doc{
	"record.get": {Summary: "Read a record", Refusals: []int{422}, Query: []queryParameter{
		{"fields", "Fields to answer, with commas", textParameter}, {"expand", "References to answer with their record, with commas", textParameter},
	}, Answers: map[string]answer{"200": {Schema: ".", Headers: []string{"ETag"}}}},
	"record.query":      {Summary: "Find records", Body: "Query", Answers: ok(".page")},
	"record.create":     {Operation: schemas.OpCreate, Summary: "Create a record", Body: ".create", Idempotent: true, Answers: made(".", "ETag", "Location")},
	"record.update":     {Operation: schemas.OpUpdate, Summary: "Change a record (JSON merge patch)", Body: ".patch", BodyTypes: []string{"application/json", "application/merge-patch+json"}, IfMatch: true, Idempotent: true, Answers: tagged("200", ".")},
	"record.delete":     {Operation: schemas.OpDelete, Summary: "Put a record into the recycle bin", IfMatch: true, Answers: none()},
	"record.transition": {Operation: schemas.OpUpdate, Summary: "Move a record to another stage", Body: ".transition", IfMatch: true, Idempotent: true, Answers: tagged("200", ".")},
	"record.restore":    {Operation: schemas.OpDelete, Summary: "Bring a record back from the recycle bin", Body: "Anything", BodyOptional: true, Idempotent: true, Answers: tagged("200", ".")},
	"record.history": {Summary: "What happened to a record", Refusals: []int{422}, Query: []queryParameter{
		{"cursor", "Where the last page ended", textParameter}, {"limit", "Entries of a page", object{"type": "integer", "minimum": 1, "maximum": 1000}},
	}, Answers: ok("History")},
	"record.aggregate": {Summary: "Group and count", Body: "AggregateQuery", Answers: ok("Rows")},
	"record.board":     {Summary: "Columns of a board", Body: "BoardQuery", Answers: ok(".board")},
	"record.bin":       {Operation: schemas.OpDelete, Summary: "List deleted records that may be restored", Body: "BinQuery", Answers: ok("Bin")},
	"record.bulk":      {Operation: schemas.OpUpdate, Summary: "Change many records", Body: ".bulk", Idempotent: true, Answers: ok("BulkResults")},
	"record.merge":     {Operation: schemas.OpUpdate, Summary: "Make one record of several", Body: ".merge", IfMatch: true, Idempotent: true, Answers: tagged("200", ".")},

	"record.import": importDoc, "import.create": importDoc,
	"record.export": {Operation: schemas.OpExport, Summary: "Export what a query finds", Body: "Query", Query: []queryParameter{
		{"header", "titles (default) or keys", object{"type": "string", "enum": []string{"titles", "keys"}}},
	}, Answers: map[string]answer{"200": {Type: "*/*"}}},
	"import.list":     {Summary: "The last imports", Tag: "import", Answers: ok("Imports")},
	"mapping.list":    {Summary: "Saved import mappings", Tag: "import", Answers: ok("Anything")},
	"import.get":      {Summary: "How an import stands", Tag: "import", Answers: ok("Import")},
	"import.problems": {Summary: "Every row problem of an import", Tag: "import", Answers: map[string]answer{"200": {Type: "text/csv"}}},
	"import.undo": {Summary: "Revert an import; records that were worked on since are kept unless all is true", Tag: "import", Body: "Anything", BodyOptional: true, Refusals: []int{409, 422},
		Query:      []queryParameter{{"dry_run", "Say what would happen, change nothing", object{"type": "boolean"}}},
		Idempotent: true, Answers: map[string]answer{"200": {Schema: "Import"}, "202": {Schema: "Import", Headers: []string{"Location"}}}},
	"mapping.get": {Summary: "Read an import mapping", Tag: "import", Answers: ok("Anything")},
	"mapping.put": {Summary: "Save an import mapping", Tag: "import", Body: "Anything", Answers: ok("Anything")},

	"file.upload": {Summary: "Upload a file", Tag: "file", Body: "Upload", BodyTypes: []string{"multipart/form-data"}, Query: fieldParameters, Idempotent: true, Answers: made("File", "Location")},
	"upload.begin": {Summary: "Begin an upload that can be resumed (tus 1.0)", Tag: "file", Body: "Piece", BodyTypes: []string{tusChunkType}, BodyOptional: true, Query: fieldParameters, Idempotent: true,
		Headers: []queryParameter{
			{"Upload-Length", "Size of the whole file in bytes", anyInt}, tusParameter,
			{"Upload-Metadata", "filename and filetype, each followed by its value in base64, separated by commas", textParameter},
		}, Refusals: []int{412}, Answers: made("PartialUpload", append(tusHeaders, "Location")...)},
	"upload.get":          {Summary: "How far an upload is, and which file it became", Tag: "file", Headers: []queryParameter{tusParameter}, Refusals: []int{412}, Answers: map[string]answer{"200": {Schema: "PartialUpload", Headers: tusHeaders}}},
	"upload.capabilities": {Summary: "What resumable uploads support (tus 1.0), in headers", Tag: "file", Answers: none()},
	"upload.options":      {Summary: "What resumable uploads support (tus 1.0), in headers", Tag: "file", Answers: none()},
	"upload.override": {Summary: "Another method on an upload, for clients that can send only POST", Tag: "file", Body: "Piece", BodyTypes: []string{tusChunkType}, BodyOptional: true, Refusals: []int{405, 409, 412},
		Headers: []queryParameter{{"X-HTTP-Method-Override", "The method", object{"type": "string", "enum": []string{"GET", "HEAD", "PATCH", "DELETE"}}}, {"Upload-Offset", "Where the bytes of this request begin, for PATCH", anyInt}, tusParameter},
		Answers: map[string]answer{"200": {Schema: "PartialUpload"}, "204": {}}},
	"upload.append": {Summary: "Go on with an upload", Tag: "file", Body: "Piece", BodyTypes: []string{tusChunkType}, Refusals: []int{409, 412},
		Headers: []queryParameter{{"Upload-Offset", "Where the bytes of this request begin", anyInt}, tusParameter}, Answers: map[string]answer{"204": {Headers: tusHeaders}}},
	"upload.end": {Summary: "Give an upload up", Tag: "file", Headers: []queryParameter{tusParameter}, Refusals: []int{409, 412}, Answers: none()},
	"file.download": {Summary: "Download a file", Tag: "file", Query: []queryParameter{
		{"inline", "1 shows pictures and PDF in place", object{"type": "string", "enum": []string{"1"}}},
	}, Answers: map[string]answer{"200": {Type: "*/*"}, "206": {Type: "*/*"}, "302": {Headers: []string{"Location"}}, "304": {}, "412": {}, "416": {Type: "text/plain"}}},
	"file.thumbnail": {Summary: "A small picture of a file", Tag: "file", Query: []queryParameter{
		{"size", "Longer edge: 160, 640 or 1600 pixels", object{"type": "string", "enum": []string{"small", "medium", "large"}}},
	}, Answers: map[string]answer{"200": {Type: "*/*"}, "206": {Type: "*/*"}, "304": {}, "412": {}, "416": {Type: "text/plain"}}, Refusals: []int{415, 422}},

	"session.create":       {Summary: "Sign in", Tag: "session", Body: "Credentials", Refusals: []int{401, 429}, Answers: ok("SessionToken")},
	"session.delete":       {Summary: "Sign out", Tag: "session", Answers: none()},
	"session.list":         {Summary: "Open sessions", Tag: "session", Query: []queryParameter{userParameter}, Answers: ok("Sessions")},
	"session.revoke":       {Summary: "End a session", Tag: "session", Answers: none()},
	"session.revokeOthers": {Summary: "End all sessions but this one", Tag: "session", Query: []queryParameter{userParameter}, Answers: none()},
	"me":                   {Summary: "Who the caller is", Tag: "session", Answers: ok("Me")},
	"meta":                 {Summary: "What the caller may use", Tag: "session", Answers: ok("Meta")},
	"password.set":         {Summary: "Set a user's password", Tag: "user", Body: "Password", Refusals: []int{409}, Answers: none()},
	"token.list":           {Summary: "API tokens", Tag: "token", Query: []queryParameter{userParameter}, Answers: ok("Tokens")},
	"token.create":         {Summary: "Make an API token", Tag: "token", Body: "NewToken", Answers: made("NewTokenAnswer")},
	"token.revoke":         {Summary: "End an API token", Tag: "token", Answers: none()},
	"access.explain": {Summary: "Why a person may or may not do something", Tag: "access", Refusals: []int{422}, Query: []queryParameter{
		{"user", "Id or login", textParameter}, {"entity", "Key of the entity", textParameter}, {"id", "Id of a record", textParameter}, {"op", "Operation", textParameter},
	}, Answers: ok("Anything")},

	"live":          {Summary: "Live queries (websocket)", Tag: "live", Answers: map[string]answer{"101": {}}, Refusals: []int{426}},
	"template.list": {Summary: "Shipped templates", Tag: "template", Answers: ok("Templates")},
	"template.uninstall": {Summary: "Remove an installed template or package", Tag: "template", Query: []queryParameter{
		{"data", "keep: its records stay out of sight; remove: they are deleted", object{"type": "string", "enum": []string{"keep", "remove"}}},
	}, Refusals: []int{409, 422}, Answers: ok("Installed")},
	"template.install": {Summary: "Install a template", Tag: "template", Body: "Install", BodyOptional: true, Refusals: []int{409}, Answers: ok("Installed")},
	"settings.get":     {Summary: "Settings of the organisation", Tag: "settings", Answers: tagged("200", "Settings")},
	"settings.update":  {Summary: "Change settings of the organisation (JSON merge patch; null restores the default)", Tag: "settings", Body: "SettingsPatch", BodyTypes: []string{"application/json", "application/merge-patch+json"}, IfMatch: true, Answers: tagged("200", "Settings")},
	"backup":           {Summary: "Download a backup", Tag: "system", Answers: map[string]answer{"200": {Type: "*/*"}}},
	"openapi":          {Summary: "This document", Tag: "system", Answers: ok("Anything")},
	"healthz":          {Summary: "The process lives", Tag: "system", Answers: ok("Anything")},
	"readyz":           {Summary: "Requests can be served", Tag: "system", Answers: ok("Anything")},
	"metrics":          {Summary: "Metrics for Prometheus", Tag: "system", Answers: map[string]answer{"200": {Type: "text/plain"}}},
	"page":             {Summary: "Start page", Tag: "system", Answers: map[string]answer{"200": {Type: "text/html"}}},
}

// responseHeaders describe the headers of answers.
var responseHeaders = map[string]object{
	"ETag":           {"description": "Revision; If-Match takes it", "schema": anyText},
	"Location":       {"description": "Where the new resource is", "schema": anyText},
	"Retry-After":    {"description": "Seconds after which the request may be repeated", "schema": anyInt},
	"Upload-Offset":  {"description": "Bytes of the upload that are stored", "schema": anyInt},
	"Upload-Length":  {"description": "Size of the whole file in bytes", "schema": anyInt},
	"Upload-Expires": {"description": "When an unfinished upload is removed", "schema": anyText},
	"Tus-Resumable":  {"description": "Version of the protocol", "schema": anyText},
}

var tusHeaders = []string{"Upload-Offset", "Upload-Length", "Upload-Expires", "Tus-Resumable"}

var tusParameter = queryParameter{"Tus-Resumable", "Version of the protocol; 1.0.0 where it is missing", object{"type": "string", "enum": []string{tusVersion}}}

var fieldParameters = []queryParameter{
	{"entity", "Entity of the record the file is for", textParameter},
	{"field", "Field the file is for: its limits hold at once, and whether pictures keep their position", textParameter},
}

var userParameter = queryParameter{"user", "Another user's id, for administrators", textParameter}

var importDoc = doc{
	Operation: schemas.OpImport,
	Summary:   "Import records from CSV or XLSX", Tag: "import", Body: "Import.form", TableBody: "Import.table", Idempotent: true, Refusals: []int{409},
	BodyTypes: []string{"multipart/form-data", "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	Query: []queryParameter{
		{"dry_run", "Say what would happen, change nothing", object{"type": "boolean"}},
		{"mapping", "Name of a saved mapping", textParameter},
		{"historical", "Set past stages and dates", object{"type": "boolean"}},
		{"sheet", "Sheet of a workbook; the first visible one", textParameter},
		{"header_row", "Number of the row with the column names", object{"type": "integer", "minimum": 1}},
		{"encoding", "Encoding of a text file, such as GB18030 or Windows-1252", textParameter},
		{"key", "Field by which rows find records, when there is no mapping", textParameter},
	},
	Answers: map[string]answer{"200": {Schema: "Import"}, "202": {Schema: "Import", Headers: []string{"Location"}}},
}
