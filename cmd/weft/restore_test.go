package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What an earlier database left in a folder would be taken for a part of the
// restored one: SQLite replays a log next to a database.
func TestRestoreRefusesLeftovers(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d"})
	s.do(command{args: "backup DIR/b.tgz --data DIR/d"})
	s.write("old.tgz", string(fileArchive(t, filepath.Join(s.dir, "d"))))
	s.write("bad.tgz", "not read")
	for _, left := range []string{"weft.db", "weft.db-wal", "weft.db-shm", "weft.db-journal", "weft.db.bad", "files/aa/x"} {
		for _, archive := range []string{"b.tgz", "old.tgz", "bad.tgz"} {
			dir := filepath.Join(t.TempDir(), "r")
			path := filepath.Join(dir, left)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(left, "/")
			if left == databaseName {
				first = "" // the folder is named
			}
			s.do(command{args: "restore DIR/" + archive + " --data " + dir, status: 1, errs: []string{filepath.Join(dir, first), "empty folder"}})
			if _, err := os.Stat(path); err != nil || len(inside(t, dir)) != 1 {
				t.Errorf("%s: %v, %v", left, err, inside(t, dir))
			}
		}
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "e", filesName), 0o700); err != nil {
		t.Fatal(err)
	}
	s.do(command{args: "restore DIR/b.tgz --data DIR/e", says: []string{"restored"}}) // empty folders are no leftovers
}

// A restore that was killed is repeated, wherever it was.
func TestAKilledRestoreIsRepeated(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --sample-data --data DIR/d"})
	s.do(command{args: "backup DIR/b.tgz --data DIR/d"})
	s.do(command{args: "user add li --data DIR/d"})
	s.do(command{args: "backup DIR/later.tgz --data DIR/d"})
	s.write("old.tgz", string(fileArchive(t, filepath.Join(s.dir, "d"))))
	for _, archive := range []string{"b.tgz", "old.tgz"} {
		dir := filepath.Join(s.dir, "r-"+archive)
		partial := filepath.Join(dir, partialName)
		process := &migrateProcess{t: t, args: []string{"restore", filepath.Join(s.dir, archive), "--data", dir}}
		process.killWhen(func() bool { return appears(partial) })
		again := command{args: "restore DIR/" + archive + " --data " + dir, says: []string{"restored"}}
		s.do(again)
		was := sumsOf(t, dir)

		// And once more, from where a kill between the last steps leaves it.
		r := &restore{m: &Main{}, archive: openFile(t, filepath.Join(s.dir, archive))}
		if err := r.check(); err != nil {
			t.Fatal(err)
		}
		built := filepath.Join(partial, builtName)
		if err := os.MkdirAll(built, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, databaseName), filepath.Join(built, databaseName)); err != nil {
			t.Fatal(err)
		}
		if err := markReady(partial, r.name); err != nil {
			t.Fatal(err)
		}
		s.do(command{args: "restore DIR/later.tgz --data " + dir, status: 1, errs: []string{r.name}})
		s.do(again)
		sameSums(t, archive, sumsOf(t, dir), was)
		s.do(command{args: "doctor --data " + dir, says: []string{"22 attachments, all there"}})
		if _, err := os.Stat(partial); err == nil {
			t.Errorf("%s is still there", partial)
		}
	}
}

// appears waits a moment, without a pause that could be longer than what it waits for.
func appears(path string) bool {
	for end := time.Now().Add(pollMigration); time.Now().Before(end); {
		if _, err := os.Stat(path); err == nil {
			return true
		}
	}
	return false
}

func openFile(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}
