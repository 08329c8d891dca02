//go:build unix

package sqlite

import (
	"errors"
	"os"
	"syscall"
)

// fileLock is held while the store is open; the system releases it when the
// process ends in any way.
type fileLock struct{ f *os.File }

func lockFile(path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, classifyPath(err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return &fileLock{f}, nil
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = ErrInUse
	}
	return nil, errors.Join(err, f.Close())
}

// Close releases the lock. The file stays: removing it would race with the next owner.
func (l *fileLock) Close() error { return l.f.Close() }

// readOnlyMount tells whether path is on a read-only file system.
func readOnlyMount(path string) bool {
	return errors.Is(syscall.Access(path, 2), syscall.EROFS)
}

func classifyPath(err error) error {
	switch {
	case errors.Is(err, syscall.EROFS):
		return errReadOnly(err)
	case errors.Is(err, syscall.ENOSPC):
		return errFull(err)
	}
	return err
}
