// Package templates holds the templates that ship with weft: a folder each,
// with definitions, import mappings, sample data and runnable scenarios.
package templates

import (
	"embed"
	"fmt"
	"io/fs"
)

// FS holds a folder per template, named by its key.
//
//go:embed opportunity-pipeline
var FS embed.FS

// Names lists the shipped templates, sorted.
func Names() []string {
	entries, err := fs.ReadDir(FS, ".")
	if err != nil {
		panic(fmt.Errorf("templates: embedded files: %w", err)) // they are part of the program
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}
