//go:build unix

package testserver

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Cache is the folder of this user in which scripts/test-servers.sh keeps the
// servers that it installs.
func Cache() string {
	dir := os.Getenv("XDG_CACHE_HOME")
	if dir == "" {
		dir = filepath.Join(os.Getenv("HOME"), ".cache")
	}
	return filepath.Join(dir, "weft")
}

// Find looks for a program in the named folders, then on PATH; "" when there is none.
func Find(name string, folders ...string) string {
	for _, dir := range folders {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

// GoBin is the folder in which `go install` puts programs.
func GoBin() string {
	out, err := exec.Command("go", "env", "GOBIN", "GOPATH").Output()
	if err != nil {
		return ""
	}
	bin, path, _ := strings.Cut(strings.TrimRight(string(out), "\n"), "\n")
	if bin != "" {
		return bin
	}
	return filepath.Join(path, "bin")
}

// Missing ends a test that needs a server which is not installed: it is skipped, but
// in continuous integration it fails.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("no %s: scripts/test-servers.sh installs it", what)
	}
	t.Skipf("no %s; scripts/test-servers.sh installs it", what)
}
