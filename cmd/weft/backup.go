package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

type backupCmd struct {
	File string `arg:"" help:"File to write, e.g. weft-2026-11-22.tar.gz; - for standard output."`
}

// Run writes a backup; a running server goes on meanwhile.
func (c *backupCmd) Run(ctx context.Context, m *Main) error {
	if dir := filepath.Dir(c.File); c.File != "-" {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return fmt.Errorf("there is no folder %s to write the backup into", dir)
		}
	}
	api, err := m.connect(ctx)
	if err != nil {
		return err
	}
	res, err := api.send(ctx, "GET", "/backup", "", nil, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if c.File == "-" {
		_, err := io.Copy(m.Stdout, res.Body)
		return err
	}
	size, err := writeWhole(c.File, res.Body)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return m.print(map[string]any{"file": c.File, "bytes": size}, fmt.Sprintf("wrote %s (%d bytes)", c.File, size))
}

// writeWhole writes the file under another name first, so that a backup that
// broke off never looks like one.
func writeWhole(name string, r io.Reader) (int64, error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".weft-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	size, err := io.Copy(f, r)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, err
	}
	return size, os.Rename(f.Name(), name)
}

type restoreCmd struct {
	File string `arg:"" help:"Backup to restore."`
}

// Run checks the whole backup in a folder of its own before it is put in
// place; a data folder that holds records is refused.
func (c *restoreCmd) Run(ctx context.Context, m *Main) error {
	if m.cli.Server != "" {
		return usageError{errors.New("restore works on a data folder; it does not take --server")}
	}
	archive, err := os.Open(c.File)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no backup %s", c.File)
	}
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer archive.Close()
	f, err := openFolder(m.cli.Data, false)
	if err != nil {
		return err
	}
	m.open = f
	if _, err := os.Stat(f.database()); err == nil {
		return fmt.Errorf("%s already holds a database; restore into an empty folder and use that", m.cli.Data)
	}
	dir, err := os.MkdirTemp(f.path, "restore-")
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer os.RemoveAll(dir)
	info, err := readArchive(archive, dir)
	if err != nil {
		return err
	}
	if err := checkDatabase(ctx, filepath.Join(dir, databaseName)); err != nil {
		return fmt.Errorf("the backup cannot be used: %w", err)
	}
	if err := putInPlace(dir, f); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return m.print(info, fmt.Sprintf("restored %s of %s into %s", c.File, info.At.Format("2006-01-02 15:04 MST"), m.cli.Data))
}

// putInPlace moves files first: the database makes the folder whole.
func putInPlace(dir string, f *folder) error {
	unpacked := filepath.Join(dir, filesName)
	if _, err := os.Stat(unpacked); err == nil {
		if err := os.Rename(unpacked, f.files()); err != nil {
			return err
		}
	}
	if err := os.Rename(filepath.Join(dir, databaseName), f.database()); err != nil {
		return err
	}
	d, err := os.Open(f.path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
