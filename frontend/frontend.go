// Package frontend holds the web app that `make build` compiles from this folder,
// and serves it: pages with a policy that allows no foreign code, and files that a
// browser keeps for ever, since their names change with their contents.
package frontend

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Built is the web app in this program; nil when the program was built without
// Node, so that it has none.
func Built() (*App, error) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("web app: %w", err)
	}
	if _, err := fs.Stat(files, appPage); err != nil {
		return nil, nil
	}
	return New(files)
}
