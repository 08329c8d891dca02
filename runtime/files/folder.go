package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"weft/runtime/problem"
)

// The folder: tmp/ for what is being received, and 256 folders named by the
// last two characters of the key, which are random in a UUIDv7.
const tempDir = "tmp"

func tempName(id string) string { return tempDir + "/" + id }

func shard(id string) string { return id[len(id)-2:] }

func blobName(id string) string { return shard(id) + "/" + id }

// folder opens the folder once. Everything below goes through os.Root, so no
// name and no symbolic link can lead out of it (S-17).
func (s *Service) folder() (*os.Root, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.root != nil {
		return s.root, nil
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of files: %w", err)
	}
	if err := syncPath(filepath.Dir(s.dir)); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of files: %w", err)
	}
	if err := makeDir(root, tempDir); err != nil {
		_ = root.Close()
		return nil, err
	}
	s.root = root
	return root, nil
}

// place moves a flushed temporary file under its key and flushes the folder
// entry, so that the file is still there after a loss of power.
func (s *Service) place(root *os.Root, temp, id string) error {
	if err := makeDir(root, shard(id)); err != nil {
		return err
	}
	if err := root.Rename(temp, blobName(id)); err != nil {
		return fmt.Errorf("put the file in place: %w", err)
	}
	return syncDir(root, shard(id))
}

func makeDir(root *os.Root, name string) error {
	err := root.Mkdir(name, 0o700)
	if errors.Is(err, fs.ErrExist) {
		// Another upload may have made it a moment ago and not flushed it yet.
		return syncDir(root, ".")
	}
	if err != nil {
		return fmt.Errorf("make folder %s: %w", name, err)
	}
	return syncDir(root, ".")
}

func syncDir(root *os.Root, name string) error {
	d, err := root.Open(name)
	if err != nil {
		return fmt.Errorf("open folder %s: %w", name, err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("flush folder %s: %w", name, err)
	}
	return nil
}

func syncPath(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open the data folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("flush the data folder: %w", err)
	}
	return nil
}

// Open finds a file and opens its bytes; not_found when either is missing.
// Whether the caller may read it is not asked here.
func (s *Service) Open(ctx context.Context, id string) (io.ReadSeekCloser, *File, error) {
	found, err := s.Lookup(ctx, []string{id})
	if err != nil {
		return nil, nil, err
	}
	if len(found) == 0 {
		return nil, nil, problem.New(problem.NotFound, "", nil)
	}
	root, err := s.folder()
	if err != nil {
		return nil, nil, err
	}
	in, err := root.Open(blobName(found[0].ID))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil, problem.Wrap(problem.NotFound, err)
		}
		return nil, nil, fmt.Errorf("open file %s: %w", id, err)
	}
	return in, &found[0], nil
}

func (s *Service) removeBytes(id string) error {
	root, err := s.folder()
	if err != nil {
		return err
	}
	if err := root.Remove(blobName(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove file %s: %w", id, err)
	}
	return nil
}
