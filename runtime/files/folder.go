package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"
)

// tempDir is the folder of files that are being received. Stored ones are in
// 256 folders named by the last two characters of the id, which are random in a
// UUIDv7.
const tempDir = "tmp"

// folder is the Storage in a local folder. It is opened by the first call that
// needs it. Everything goes through os.Root, so that no name and no symbolic
// link leads out of it.
type folder struct {
	dir string

	mu   sync.Mutex
	root *os.Root
}

// NewFolder is the Storage in a local folder, which is made when it is missing.
func NewFolder(dir string) Storage { return &folder{dir: dir} }

// Put writes a temporary file first, so that a half-written one is never found
// under a key, and flushes the file and then the folder, so that both survive a
// loss of power.
func (f *folder) Put(ctx context.Context, key string, r io.Reader) error {
	root, err := f.open()
	if err != nil {
		return err
	}
	temp := tempDir + "/" + uuid.NewString()
	out, err := root.Create(temp)
	if err != nil {
		return diskProblem(fmt.Errorf("make a temporary file: %w", err))
	}
	defer func() {
		_ = out.Close()
		_ = root.Remove(temp) // it was moved if all went well
	}()
	if _, err := io.Copy(out, &contextReader{ctx, r}); err != nil {
		return diskProblem(fmt.Errorf("receive the file: %w", err))
	}
	if err := out.Sync(); err != nil {
		return diskProblem(fmt.Errorf("flush the file: %w", err))
	}
	return diskProblem(moveIntoPlace(root, temp, key))
}

// moveIntoPlace moves a flushed temporary file under its key and flushes the
// folder entry. An entry that cannot be flushed is removed: a Put that failed
// stores nothing.
func moveIntoPlace(root *os.Root, temp, key string) error {
	if err := makeDir(root, shard(key)); err != nil {
		return err
	}
	if err := root.Rename(temp, objectPath(key)); err != nil {
		return fmt.Errorf("put the file in place: %w", err)
	}
	if err := syncDir(root, shard(key)); err != nil {
		return errors.Join(err, root.Remove(objectPath(key)))
	}
	return nil
}

// Open opens the file of a key.
func (f *folder) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	root, err := f.open()
	if err != nil {
		return nil, err
	}
	in, err := root.Open(objectPath(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", key, ErrNotStored)
	}
	if err != nil {
		return nil, diskProblem(fmt.Errorf("open file %s: %w", key, err))
	}
	return in, nil
}

// Remove removes the file of a key.
func (f *folder) Remove(_ context.Context, key string) error {
	root, err := f.open()
	if err != nil {
		return err
	}
	if err := root.Remove(objectPath(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return diskProblem(fmt.Errorf("remove file %s: %w", key, err))
	}
	return nil
}

// open opens the folder once.
func (f *folder) open() (*os.Root, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.root != nil {
		return f.root, nil
	}
	root, err := openFolder(f.dir)
	if err != nil {
		return nil, diskProblem(err)
	}
	f.root = root
	return root, nil
}

func openFolder(dir string) (*os.Root, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of files: %w", err)
	}
	if err := syncPath(filepath.Dir(dir)); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of files: %w", err)
	}
	if err := makeDir(root, tempDir); err != nil {
		_ = root.Close()
		return nil, err
	}
	return root, nil
}

// Close closes the folder.
func (f *folder) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.root == nil {
		return nil
	}
	err := f.root.Close()
	f.root = nil
	return err
}

// CleanIncomplete removes temporary files that an interrupted Put left.
func (f *folder) CleanIncomplete(_ context.Context, before time.Time) (int, error) {
	root, err := f.open()
	if err != nil {
		return 0, err
	}
	n := 0
	err = listDir(root, tempDir, func(found StoredObject) error {
		if !isObjectKey(found.Key) || !found.StoredAt.Before(before) {
			return nil
		}
		n++
		return root.Remove(tempDir + "/" + found.Key)
	})
	return n, diskProblem(err)
}
