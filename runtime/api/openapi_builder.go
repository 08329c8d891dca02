package api

import (
	"reflect"
	"strings"

	"weft/builder"
)

// builderDocs describe the builder's routes, by method and path below /api/v1.
var builderDocs = map[string]doc{
	"GET /builder/definitions":                  {Summary: "Published definitions", Answers: ok("Definitions")},
	"GET /builder/schemas":                      {Summary: "Kinds of definitions", Answers: ok("MetaSchemas")},
	"GET /builder/schemas/{kind}":               {Summary: "Meta-schema of a kind of definition", Answers: map[string]answer{"200": {Type: "application/schema+json", Schema: "Document"}}},
	"POST /builder/check":                       {Summary: "Check a change of definitions", Body: "Proposal", Answers: ok("CheckResult")},
	"POST /builder/impact":                      {Summary: "What a change of definitions affects", Body: "Proposal", Answers: ok("Impact")},
	"POST /builder/publish":                     {Summary: "Publish a change of definitions", Body: "Proposal", Refusals: []int{409}, Answers: ok("Published")},
	"GET /builder/drafts":                       {Summary: "Drafts", Answers: ok("Drafts")},
	"GET /builder/drafts/{name}":                {Summary: "Read a draft", Answers: tagged("200", "Draft")},
	"PUT /builder/drafts/{name}":                {Summary: "Create or change a draft", Body: "Proposal", IfMatch: true, Answers: map[string]answer{"200": {Schema: "Draft", Headers: []string{"ETag"}}, "201": {Schema: "Draft", Headers: []string{"ETag"}}}},
	"DELETE /builder/drafts/{name}":             {Summary: "Delete a draft", Answers: none()},
	"POST /builder/drafts/{name}/check":         {Summary: "Check a draft", Body: "Forced", BodyOptional: true, Answers: ok("CheckResult")},
	"POST /builder/drafts/{name}/impact":        {Summary: "What a draft affects", Body: "Forced", BodyOptional: true, Answers: ok("Impact")},
	"POST /builder/drafts/{name}/publish":       {Summary: "Publish a draft", Body: "Forced", BodyOptional: true, Refusals: []int{409}, Answers: ok("Published")},
	"POST /builder/assignment_rules/try":        {Summary: "Whom an assignment rule, or a draft of one, would choose for a record", Body: "RuleTrial", Answers: ok("AssignAnswer")},
	"GET /builder/versions":                     {Summary: "Published versions", Query: []queryParameter{{"before", "Versions before this one", anyInt}, {"limit", "Versions of a page", pageLimit}}, Refusals: []int{422}, Answers: ok("Versions")},
	"GET /builder/versions/{version}":           {Summary: "Definitions of a version", Refusals: []int{422}, Answers: ok("Definitions")},
	"POST /builder/versions/{version}/rollback": {Summary: "Publish the definitions of an earlier version again", Refusals: []int{409, 422}, Answers: ok("Published")},
	"GET /builder/packages":                     {Summary: "Installed packages", Answers: ok("Packages")},
	"POST /builder/packages": {Summary: "Install a package", Body: "Archive", BodyTypes: []string{"application/zip"}, Query: []queryParameter{
		{"confirm_roles", "Confirm its roles", anyBool}, {"overwrite", "Replace definitions that were changed here", anyBool}, {"sample_data", "Add its sample records", anyBool},
		{"replace", "Replace an installed package of the same key that differs", anyBool},
		{"keep", "A definition, as kind/key, whose present version is kept", textParameter}, {"take", "A definition, as kind/key, whose version of the package is taken", textParameter},
	}, Refusals: []int{409}, Answers: ok("InstalledPackage")},
	"GET /builder/packages/{key}":          {Summary: "Download a package", Answers: map[string]answer{"200": {Type: "application/zip", Schema: "Archive"}}},
	"POST /builder/packages/{key}/confirm": {Summary: "Confirm a package's roles, scripts and role assignments", Body: "Confirmation", BodyOptional: true, Refusals: []int{409, 422}, Answers: ok("InstalledPackage")},
}

// builderDoc describes a builder's route; one that is not listed has a general
// description, and a test fails.
func builderDoc(rt Route) doc {
	d, found := builderDocs[rt.Method+" "+strings.TrimPrefix(rt.Path, basePath)]
	if !found {
		d = doc{Answers: map[string]answer{"200": {Type: "*/*"}}, Refusals: []int{409, 413, 415, 422}}
	}
	d.Tag = "builder"
	return d
}

// builderSchemas are the bodies of the builder's routes.
func builderSchemas(types *typeSchemas) object {
	definition := extensible([]string{"kind", "key"}, object{"kind": anyText, "key": anyText})
	warnings := listOf(ref("FieldProblem"))
	reference := types.of(reflect.TypeFor[builder.Ref]())
	types.names[reflect.TypeFor[builder.Draft]()] = "Draft"
	draft := types.members(reflect.TypeFor[builder.Draft]())
	draft["properties"].(object)["definitions"] = listOf(ref("Definition"))
	return object{
		"Document":    object{"type": "object", "additionalProperties": anyThing},
		"Definition":  definition,
		"Definitions": openObject([]string{"version", "definitions"}, object{"version": anyInt, "definitions": anyThing}),
		"MetaSchemas": closedObject([]string{"items"}, object{"items": listOf(openObject([]string{"kind", "title"}, object{"kind": anyText, "title": anyText, "folder": anyText}))}),
		"Proposal": closedObject([]string{"definitions"}, object{"definitions": listOf(ref("Definition")), "remove": listOf(reference),
			"force": anyBool, "note": anyText, "replace": listOf(types.of(reflect.TypeFor[builder.Replacement]())),
			"titles": object{"type": "string", "enum": []string{"", "zh-CN", "en"}, "description": "Language of the titles by which choices become text; their keys without it"}}),
		"CheckResult": openObject([]string{"problems", "warnings"}, object{"problems": warnings, "warnings": warnings}),
		"Impact":      types.members(reflect.TypeFor[builder.Impact]()),
		"Published":   openObject([]string{"version"}, object{"version": anyInt, "conversions": listOf(types.of(reflect.TypeFor[builder.ConversionReport]())), "warnings": warnings}),
		"Draft":       draft,
		"Drafts":      closedObject([]string{"items"}, object{"items": listOf(ref("Draft"))}),
		"Forced":      closedObject(nil, object{"force": anyBool, "note": anyText}),
		"Versions":    openObject([]string{"items"}, object{"items": listOf(types.of(reflect.TypeFor[builder.Version]()))}),
		"Archive":     object{"type": "string", "format": "binary"},
		"Packages": closedObject([]string{"items"}, object{"items": listOf(openObject([]string{"key", "version", "by", "at"}, object{
			"key": anyText, "version": anyText, "by": anyText, "at": timeText, "unconfirmed": textList,
		}))}),
		"Confirmation": closedObject(nil, object{"confirm": textList}),
		"InstalledPackage": openObject([]string{"version", "records"}, object{"version": anyInt, "records": anyInt, "confirmed": listOf(ref("Confirmable")),
			"awaiting": listOf(ref("Confirmable")), "warnings": warnings}),
	}
}
