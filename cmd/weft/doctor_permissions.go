package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// readableByOthers lists the entries of a data folder that other users of the
// machine can read.
func readableByOthers(dir string) []string {
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm()&0o011 == 0 {
		return nil // nobody else can enter the folder
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode()&fs.ModeSymlink == 0 && info.Mode().Perm()&0o044 != 0 {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names
}

// examinePermissions compares what others could read before the store was opened,
// which makes the database private, with what they can read now.
func examinePermissions(before, now []string) finding {
	switch {
	case len(now) > 0:
		return bad("permissions", "other users of this machine can read %s; run chmod -R go= on them", strings.Join(now, ", "))
	case len(before) > 0:
		return bad("permissions", "other users of this machine could read %s until now; weft has made them private", strings.Join(before, ", "))
	}
	return good("permissions", "only the owner of the data folder can read it")
}
