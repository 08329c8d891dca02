package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// The page that teaches how to build an app is run as a reader would run it,
// in both languages: every command of it, in one shell, beside a server.
func TestBuildingPage(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"building.md", "building.zh-CN.md"} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			s := startCrashServer(t, filepath.Join(dir, "complaints"), "")
			t.Cleanup(s.kill)
			script := "set -euo pipefail\n"
			for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
				script += block[1]
			}
			script = strings.ReplaceAll(script, "http://127.0.0.1:8520", s.url)
			program, err := filepath.Abs(os.Args[0])
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(program, filepath.Join(dir, "weft")); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("bash", "-c", script)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), serverVariable+"="+testTimeout.String(), "WEFT_ADMIN_PASSWORD="+crashPassword)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, want := range []string{`"code":"guard"`, `"path":"/answer"`, `"stage":"closed"`, "TS-0001", "TS-0003", "confirmed: role/buyer"} {
				if !strings.Contains(string(out), want) {
					t.Errorf("%s is not shown:\n%s", want, out)
				}
			}
			if strings.Count(string(out), "TS-0003") < 2 {
				t.Errorf("the records are not in the second installation:\n%s", out)
			}
		})
	}
}
