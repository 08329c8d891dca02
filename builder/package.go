package builder

import (
	"encoding/json"

	"weft/schemas"
)

// Package is a template package: definitions with what goes along with them.
// As files it is a folder:
//
//	template.json                the manifest
//	entities/account.json        a definition each, named after its key; likewise forms, views,
//	                             stage_machines, triggers, roles, scripts, dashboards,
//	                             assignment_rules
//	scripts/check.js             source of scripts/check.json, which then has no "source"
//	mappings/b2b-sales.json      import mappings by name
//	sample/10-account.json       {"entity":"account","rows":[…]}, installed in the order of file names
//	scenarios/o1.json            runnable scenarios
//	README.md
type Package struct {
	Manifest *schemas.Template
	// Set holds the definitions and the manifest.
	Set       *schemas.Set
	Mappings  map[string]json.RawMessage
	Samples   []Sample
	Scenarios map[string]json.RawMessage
	Readme    string
}

// Sample is one file of sample records in wire form. Numbers are json.Number.
type Sample struct {
	// Name is the file's name without .json; samples are ordered by it.
	Name   string           `json:"-"`
	Entity string           `json:"entity"`
	Rows   []map[string]any `json:"rows"`
}

// documentFolders are the folders of documents that are no definitions.
var documentFolders = map[schemas.Kind]string{"mapping": "mappings", "sample": "sample", "scenario": "scenarios"}

// folders are the folders of definitions by kind.
var folders = map[string]schemas.Kind{
	"entities": schemas.KindEntity, "forms": schemas.KindForm, "views": schemas.KindView,
	"stage_machines": schemas.KindStageMachine, "triggers": schemas.KindTrigger, "roles": schemas.KindRole,
	"scripts": schemas.KindScript, "dashboards": schemas.KindDashboard,
	"assignment_rules": schemas.KindAssignmentRule,
}

const manifestFile = "template.json"
