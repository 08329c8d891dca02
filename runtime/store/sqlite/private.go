package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// othersMode are the permissions of everybody but the owner of a file.
const othersMode fs.FileMode = 0o077

// makePrivate creates the database file, if it does not exist, readable by its
// owner only, and takes the permissions of others away from an existing one and
// from its log files; SQLite creates those with the permissions of the file. The
// folder may be open to others.
func (s *Store) makePrivate() error {
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("create: %w", classifyPath(err))
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("create: %w", classifyPath(err))
	}
	for _, name := range Files(s.path) {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("permissions: %w", err)
		}
		mode := info.Mode().Perm()
		if mode&othersMode == 0 {
			continue
		}
		if err := os.Chmod(name, mode&^othersMode); err != nil {
			s.log.Warn("other users of this machine can read a file of the database", "file", name, "error", err)
			continue
		}
		s.log.Info("other users of this machine could read a file of the database; not any more", "file", name, "mode", mode.String())
	}
	return nil
}

// Files are the names of the files that the database at path consists of; the
// second and third may not exist.
func Files(path string) []string { return []string{path, path + "-wal", path + "-shm"} }
