package apitest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v5"

	"weft/cmd/internal/apptest"
)

// The schema of OpenAPI 3.1 documents, as published by the OpenAPI initiative
// (https://spec.openapis.org/oas/3.1/schema/2022-10-07, Apache-2.0).
//
//go:embed testdata/openapi-3.1.schema.json
var openapiSchema []byte

func TestTheDocumentIsValidOpenAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, token := range map[string]string{"admin": w.Admin, "agent": w.li.Token, "auditor": w.audit.Token} {
		text := w.Do(t, token, "GET", "/openapi.json", nil).Want(t, 200).Body
		t.Run(name+", by the specification's own schema", func(t *testing.T) {
			compiler := jsonschema.NewCompiler()
			if err := compiler.AddResource("openapi", bytes.NewReader(openapiSchema)); err != nil {
				t.Fatal(err)
			}
			var doc any
			if err := json.Unmarshal([]byte(text), &doc); err != nil {
				t.Fatal(err)
			}
			if err := compiler.MustCompile("openapi").Validate(doc); err != nil {
				t.Errorf("%#v", err)
			}
		})
		t.Run(name+", by a validator", func(t *testing.T) {
			doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if !doc.IsOpenAPI31OrLater() {
				t.Errorf("version %s", doc.OpenAPI)
			}
			if err := doc.Validate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTheDocumentHidesUnreadableEntities(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Run(t, []apptest.Scenario{
		{Name: "admin", As: w.Admin, Method: "GET", Path: "/openapi.json", Status: 200,
			Has: []string{"/records/deal/query", "margin", "/builder/publish", "/access/explain", `"deal.patch"`}},
		{Name: "agent", As: w.li.Token, Method: "GET", Path: "/openapi.json", Status: 200,
			Has: []string{"/records/deal/query", `"amount"`}, Not: []string{"margin", "/builder/", "/records/role_assignment"}},
		{Name: "nobody", Method: "GET", Path: "/openapi.json", Status: 401},
	})
}

func TestOperationIDsAreUnique(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Summary     string `json:"summary"`
		} `json:"paths"`
	}
	w.Do(t, w.Admin, "GET", "/openapi.json", nil).Want(t, 200).JSON(t, &doc)
	seen := map[string]string{}
	for path, item := range doc.Paths {
		for method, op := range item {
			at := strings.ToUpper(method) + " " + path
			if op.OperationID == "" || op.Summary == "" || seen[op.OperationID] != "" {
				t.Errorf("%s: id %q (also %q), summary %q", at, op.OperationID, seen[op.OperationID], op.Summary)
			}
			seen[op.OperationID] = at
		}
	}
}

// A3: each route of the builder has a summary and a body of its own.
func TestBuilderRoutesAreDescribed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var doc struct {
		Paths map[string]map[string]struct {
			Summary   string         `json:"summary"`
			Security  []any          `json:"security"`
			Responses map[string]any `json:"responses"`
		} `json:"paths"`
	}
	w.Do(t, w.Admin, "GET", "/openapi.json", nil).Want(t, 200).JSON(t, &doc)
	summaries := map[string]bool{}
	for path, item := range doc.Paths {
		for method, op := range item {
			if op.Security == nil {
				t.Errorf("%s %s does not say who may call it", method, path)
			}
			if strings.HasPrefix(path, "/api/v1/builder/") && (op.Summary == "" || summaries[op.Summary]) {
				t.Errorf("%s %s has the summary %q", method, path, op.Summary)
			}
			summaries[op.Summary] = true
		}
	}
	if doc.Paths["/api/v1/records/stage_visit"]["post"].Summary != "" {
		t.Error("stage visits are read-only, and the document offers to create one")
	}
}
