package main

import (
	"fmt"
	"runtime"
)

type versionCmd struct{}

// Run prints the version of weft and of what it was built with.
func (versionCmd) Run(m *Main) error {
	info := map[string]string{"version": Version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH}
	return m.print(info, fmt.Sprintf("weft %s (%s, %s/%s)", Version, runtime.Version(), runtime.GOOS, runtime.GOARCH))
}
