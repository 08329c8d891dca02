package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"weft/runtime/problem"
)

// List reads the folders of keys.
func (f *folder) List(ctx context.Context, id string, each func(StoredObject) error) error {
	root, err := f.open()
	if err != nil {
		return err
	}
	if id != "" {
		err := listDir(root, shard(id), func(s StoredObject) error {
			if !strings.HasPrefix(s.Key, id) {
				return nil
			}
			return each(s)
		})
		return diskProblem(err)
	}
	dirs, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return diskProblem(fmt.Errorf("list the folder of files: %w", err))
	}
	for _, d := range dirs {
		if !d.IsDir() || d.Name() == tempDir {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		err := listDir(root, d.Name(), func(s StoredObject) error {
			if shard(s.Key) != d.Name() {
				return nil // not stored by weft
			}
			return each(s)
		})
		if err != nil {
			return diskProblem(err)
		}
	}
	return nil
}

func listDir(root *os.Root, dir string, each func(StoredObject) error) error {
	entries, err := fs.ReadDir(root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list folder %s: %w", dir, err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue // removed meanwhile, or not stored by weft
		}
		if err := each(StoredObject{Key: e.Name(), Size: info.Size(), StoredAt: info.ModTime()}); err != nil {
			return err
		}
	}
	return nil
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

// diskProblem converts disk errors that a caller can act on into problems.
func diskProblem(err error) error {
	if err == nil || problem.As(err) != nil {
		return err
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return problem.Wrap(problem.StorageFull, err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, syscall.EIO):
		return problem.Wrap(problem.Unavailable, err)
	}
	return err
}
