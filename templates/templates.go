// Package templates holds the templates that ship with weft: a folder each,
// with definitions, import mappings, sample data and runnable scenarios.
package templates

import "embed"

// FS holds a folder per template, named by its key.
//
//go:embed lead-manager opportunity-pipeline sales-core
var FS embed.FS
