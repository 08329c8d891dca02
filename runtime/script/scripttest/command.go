// Package scripttest gives tests the command of a script runner. The test binary
// cannot be the runner where it is built with the race detector, whose memory does
// not fit into the limit of runners.
package scripttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"weft/runtime/script"
)

var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "weft-script-runner")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "runner")
	build := exec.Command("go", "build", "-o", path, "weft/runtime/script/scripttest/runner")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	return path, build.Run()
})

// Command is that of a runner, built once for all tests of a package.
func Command(t testing.TB) []string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatalf("build the runner: %v", err)
	}
	return []string{path, script.RunnerArgument}
}
