//go:build !unix

package sqlite

import (
	"errors"
	"os"
)

// fileLock is an open file that is removed at the end: where there are no
// advisory locks, its existence says that the store is in use.
type fileLock struct{ f *os.File }

func lockFile(path string) (*fileLock, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, ErrInUse // an open file cannot be removed there
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &fileLock{f}, nil
}

// Close frees the lock.
func (l *fileLock) Close() error {
	return errors.Join(l.f.Close(), os.Remove(l.f.Name()))
}

func readOnlyMount(string) bool { return false }

func classifyPath(err error) error { return err }
