package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

type backupCmd struct {
	File string `arg:"" help:"File to write, e.g. weft-2026-11-22.tar.gz; - for standard output."`
}

// Run writes a backup; a running server keeps working.
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
	checked := checkWhileRead(res.Body)
	if c.File == "-" {
		if _, err := io.Copy(m.Stdout, checked); err != nil {
			return err
		}
		return checked.contents.lossError()
	}
	size, err := writeWhole(c.File, checked)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	said := checked.contents.report(map[string]any{"file": c.File, "bytes": size})
	if err := m.print(said, m.say("已写入 %s（%d 字节）", "wrote %s (%d bytes)", c.File, size)); err != nil {
		return err
	}
	return checked.contents.lossError()
}

// lossError says which attachments a valid backup lacks.
func (c *contents) lossError() error {
	if loss := c.loss(); loss != "" {
		return fmt.Errorf("the backup was written, but %s; restore these from an earlier one", loss)
	}
	return nil
}

// writeWhole writes the file under another name first, so that an
// incomplete backup never looks like a backup.
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
	return size, errors.Join(os.Rename(f.Name(), name), syncFolder(filepath.Dir(name)))
}

// checkWhileRead passes an archive through and checks it: the reader ends with
// an error when the archive is not a complete backup.
func checkWhileRead(r io.Reader) *checkedReader {
	pr, pw := io.Pipe()
	c := &checkedReader{r: io.TeeReader(r, pw), to: pw, result: make(chan error, 1)}
	go func() {
		var err error
		_, c.contents, err = readArchive(pr, unpack{})
		_, _ = io.Copy(io.Discard, pr) // what follows the end or the damage
		c.result <- err
	}()
	return c
}

type checkedReader struct {
	r        io.Reader
	to       *io.PipeWriter
	result   chan error
	ended    error
	contents *contents // after the end
}

func (c *checkedReader) Read(p []byte) (int, error) {
	if c.ended != nil {
		return 0, c.ended
	}
	n, err := c.r.Read(p)
	if err == nil {
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		_ = c.to.Close()
		if bad := <-c.result; bad != nil {
			err = bad
		}
	} else {
		_ = c.to.CloseWithError(err)
	}
	c.ended = err
	return n, err
}
