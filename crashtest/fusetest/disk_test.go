package fusetest

import (
	"os"
	"path/filepath"
	"testing"
)

// mounted mounts a disk, or ends the test when that is not possible.
func mounted(t *testing.T) *Disk {
	t.Helper()
	d, err := Mount(t.TempDir(), "")
	if err != nil {
		Missing(t, err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// only what was flushed survives.
func TestOnlyFlushedBytesSurviveACut(t *testing.T) {
	d := mounted(t)
	name := filepath.Join(d.Dir, "a")
	f, err := os.Create(name)
	must(t, err)
	_, err = f.WriteString("flushed")
	must(t, err)
	must(t, f.Sync())
	_, err = f.WriteString(" lost")
	must(t, err)
	if got := d.cut(t); len(got) != 0 {
		t.Errorf("the directory was not flushed, yet the cut holds %v", got)
	}
	must(t, syncFolder(d.Dir))
	if got := d.cut(t)["a"]; got != "flushed" {
		t.Errorf("after the cut the file holds %q, want %q", got, "flushed")
	}
	if now, _ := os.ReadFile(name); string(now) != "flushed lost" {
		t.Errorf("before the cut the file holds %q", now)
	}
	must(t, os.Rename(name, filepath.Join(d.Dir, "b")))
	if _, still := d.cut(t)["a"]; !still {
		t.Error("a rename that was not flushed lasted")
	}
	must(t, syncFolder(d.Dir))
	if got := d.cut(t); got["b"] != "flushed" || len(got) != 1 {
		t.Errorf("after a flushed rename the cut holds %v", got)
	}
	must(t, f.Close())
}

func (d *Disk) cut(t *testing.T) map[string]string {
	t.Helper()
	to := t.TempDir()
	must(t, d.Cut(to))
	entries, err := os.ReadDir(to)
	must(t, err)
	out := map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(to, e.Name()))
		must(t, err)
		out[e.Name()] = string(text)
	}
	return out
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
