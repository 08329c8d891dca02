package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// folder is a data folder that this process has open: alone when it holds the
// embedded database, shared when it holds files only. The lock is the
// operating system's, so a killed process leaves none.
type folder struct {
	path   string
	lock   *os.File
	closer func() error // what was opened in it
}

// errInUse says that another process owns the folder.
type errInUse struct {
	path string
	pid  int
}

func (e *errInUse) Error() string {
	return fmt.Sprintf("the data folder %s is in use by another weft process (pid %d); stop it first, or use --server", e.path, e.pid)
}

// serverAddress is what a server writes into its data folder so that commands find it.
// The token is a session of admin; the file is readable by its owner only.
type serverAddress struct {
	PID   int    `json:"pid"`
	URL   string `json:"url"`
	Token string `json:"token"`
}

const (
	lockName     = "weft.lock"
	runningName  = "weft.running"
	databaseName = "weft.db"
	filesName    = "files"
)

// openFolder makes the folder if it is missing and takes its lock: for this process
// alone, or shared with others whose records are in the same MongoDB.
func openFolder(path string, shared bool) (*folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, explainFolder(path, err)
	}
	name := filepath.Join(path, lockName)
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, explainFolder(path, err)
	}
	lock := syscall.LOCK_EX
	if shared {
		lock = syscall.LOCK_SH
	}
	if err := syscall.Flock(int(f.Fd()), lock|syscall.LOCK_NB); err != nil {
		f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", name, err)
		}
		var pid int
		if text, err := os.ReadFile(name); err == nil {
			_, _ = fmt.Sscan(string(text), &pid)
		}
		return nil, &errInUse{path: path, pid: pid}
	}
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	}
	return &folder{path: path, lock: f}, nil
}

// closeContents closes what was opened in the folder.
func (f *folder) closeContents() error {
	if f.closer == nil {
		return nil
	}
	closer := f.closer
	f.closer = nil
	return closer()
}

// Close closes what was opened in the folder and releases the lock.
func (f *folder) Close() error { return errors.Join(f.closeContents(), f.lock.Close()) }

func (f *folder) database() string { return filepath.Join(f.path, databaseName) }
func (f *folder) files() string    { return filepath.Join(f.path, filesName) }

// announce writes the address of the server for commands on the same folder.
func (f *folder) announce(r serverAddress) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("announce server: %w", err)
	}
	name := filepath.Join(f.path, runningName)
	if err := os.WriteFile(name+".new", text, 0o600); err != nil {
		return fmt.Errorf("announce server: %w", err)
	}
	return os.Rename(name+".new", name)
}

// withdraw removes the address, unless another server has written its own.
func (f *folder) withdraw() {
	if r, err := readServerAddress(f.path); err == nil && r.PID == os.Getpid() {
		_ = os.Remove(filepath.Join(f.path, runningName))
	}
}

// readServerAddress reads where the server of the folder is.
func readServerAddress(path string) (serverAddress, error) {
	var r serverAddress
	text, err := os.ReadFile(filepath.Join(path, runningName))
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(text, &r)
}
