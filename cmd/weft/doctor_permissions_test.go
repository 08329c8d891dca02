package main

import (
	"os"
	"path/filepath"
	"testing"
)

// R16: in a data folder that others can enter, weft makes the database private,
// and the doctor says what they could read.
func TestTheDoctorSaysWhatOthersCouldRead(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	dir := filepath.Join(s.dir, "d")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s.do(command{args: "user add li --password secret-pass-1 --data DIR/d"})
	s.do(command{args: "doctor --data DIR/d", says: []string{"only the owner of the data folder can read it"}})
	if err := os.Chmod(filepath.Join(dir, databaseName), 0o644); err != nil {
		t.Fatal(err)
	}
	s.do(command{args: "doctor --data DIR/d", status: 1, says: []string{"could read " + filepath.Join(dir, databaseName) + " until now"}})
	s.do(command{args: "doctor --data DIR/d", says: []string{"only the owner of the data folder can read it"}})
	if err := os.WriteFile(filepath.Join(dir, "copy.db"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s.do(command{args: "doctor --data DIR/d", status: 1, says: []string{"can read " + filepath.Join(dir, "copy.db") + "; run chmod"}})
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s.do(command{args: "doctor --data DIR/d", says: []string{"only the owner of the data folder can read it"}})
}
