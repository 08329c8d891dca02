package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A data folder is built in a folder inside it, and moved to its final path when
// it is complete. A marker file then names the backup: repeating a restore that
// was killed during the move finishes it. What an earlier killed restore left is
// removed and built again.
const (
	partialName    = "restore.partial"
	builtName      = "built"    // the future content of the data folder
	unpackedFolder = "unpacked" // what an archive of format 1 held
	readyName      = "ready"    // the marker file
)

func (r *restore) partial() string { return filepath.Join(r.m.open.path, partialName) }

// refuse fails when the target is not empty, before anything is read. Files of
// an earlier database would become part of the new one: SQLite replays a log
// that it finds next to its file.
func (r *restore) refuse() error {
	dir := r.m.open.path
	if r.m.cli.MongodbURI != "" {
		if hasDatabase(dir) {
			return explainFolder(dir, errEmbeddedDatabase)
		}
		return nil
	}
	if hasDatabase(dir) {
		return fmt.Errorf("%s already holds a database; restore into an empty folder and use that", dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), databaseName) && e.Name() != databaseName+".lock":
			return fmt.Errorf("%s was left there by another database; move it away, or restore into an empty folder and use that", path)
		case e.Name() == filesName && holdsAnything(path) && r.finished() == "":
			return fmt.Errorf("%s is not empty; move it away, or restore into an empty folder and use that", path)
		}
	}
	return nil
}

func holdsAnything(dir string) bool {
	entries, err := os.ReadDir(dir)
	return len(entries) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist)
}

// finished names the backup that is built and on its way to its place; "" when
// there is none.
func (r *restore) finished() string {
	text, err := os.ReadFile(filepath.Join(r.partial(), readyName))
	if err != nil {
		return ""
	}
	return string(text)
}

// folder lets build make a data folder and moves it to its final path.
func (r *restore) folder(ctx context.Context, build func(dir string) error) error {
	other, files := r.finished(), r.m.open.files()
	switch {
	case other == r.name:
		r.into = r.m.cli.Data
		return r.putInPlace()
	case other != "" && holdsAnything(files):
		return fmt.Errorf("%s is of an unfinished restore of %s; restore that one again, or restore into an empty folder", files, other)
	}
	built := filepath.Join(r.partial(), builtName)
	err := errors.Join(r.clear(), os.MkdirAll(built, 0o700))
	if err == nil {
		err = build(built)
	}
	if err == nil {
		if err = checkDatabase(ctx, filepath.Join(built, databaseName)); err != nil {
			err = fmt.Errorf("the backup cannot be used: %w", err)
		}
	}
	if err != nil {
		return errors.Join(err, r.clear())
	}
	r.into = r.m.cli.Data
	if err := errors.Join(syncFolders(built), markReady(r.partial(), r.name)); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return r.putInPlace()
}

// clear removes the temporary folder.
func (r *restore) clear() error {
	if err := os.RemoveAll(r.partial()); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

// markReady notes that the backup of the name is built.
func markReady(partial, name string) error {
	f, err := os.OpenFile(filepath.Join(partial, readyName+".new"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(name)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return errors.Join(os.Rename(f.Name(), filepath.Join(partial, readyName)), syncFolder(partial))
}

// putInPlace moves what was built. Files go first: the database makes the
// folder whole.
func (r *restore) putInPlace() error {
	built := filepath.Join(r.partial(), builtName)
	if _, err := os.Lstat(filepath.Join(built, filesName)); err == nil { // else there are none, or they are there already
		if err := os.Remove(r.m.open.files()); err != nil && !errors.Is(err, fs.ErrNotExist) { // an empty one
			return fmt.Errorf("restore: %w", err)
		}
		if err := moveFrom(built, r.m.open.path, filesName); err != nil {
			return err
		}
	}
	if err := moveFrom(built, r.m.open.path, databaseName); err != nil {
		return err
	}
	return r.clear()
}

func moveFrom(from, to, name string) error {
	err := os.Rename(filepath.Join(from, name), filepath.Join(to, name))
	if err == nil {
		err = syncFolder(to)
	}
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

// syncFolders makes the names below a folder durable.
func syncFolders(dir string) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		return syncFolder(path)
	})
}

// syncFolder makes the names in a folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
