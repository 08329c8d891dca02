package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"weft/runtime/store/dump"
)

type restoreCmd struct {
	File        string `arg:"" help:"Backup to restore."`
	TakeStorage bool   `help:"Take the place of the attachments over from the database that it belongs to, which must not be used any more."`
}

// Run checks the whole backup before anything is written. Only an empty data
// folder or database is filled, so a restore that fails harms nothing.
func (c *restoreCmd) Run(ctx context.Context, m *Main) error {
	if m.cli.Server != "" {
		return usageError{errors.New("restore works on a data folder or a database; it does not take --server")}
	}
	archive, err := os.Open(c.File)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no backup %s", c.File)
	}
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer archive.Close()
	if err := m.takeFolder(); err != nil {
		return err
	}
	if hasDatabase(m.cli.Data) {
		if m.cli.MongodbURI != "" {
			return explainFolder(m.cli.Data, errTwoHouses)
		}
		return fmt.Errorf("%s already holds a database; restore into an empty folder and use that", m.cli.Data)
	}
	defer m.progressDone()
	r := &restoring{m: m, archive: archive, take: c.TakeStorage}
	if err := r.check(); err != nil {
		return err
	}
	if r.manifest.Format == fileArchiveFormat {
		err = r.file(ctx)
	} else if m.cli.MongodbURI != "" {
		err = r.mongo(ctx)
	} else {
		err = r.folder(ctx)
	}
	if err != nil {
		return err
	}
	m.progressDone()
	said := fmt.Sprintf("restored %s of %s into %s", c.File, r.manifest.At.Format("2006-01-02 15:04 MST"), r.into)
	return m.print(r.report(), said+tookOver(r.took))
}

// restoring is one restore.
type restoring struct {
	m        *Main
	archive  *os.File
	manifest *manifest
	contents *contents // nil for format 1
	name     string    // tells this backup from others
	into     string
	take     bool   // the storage, whosever it is
	took     string // the storage that was another database's
}

// check reads the archive to its end; format 1 is checked when it is unpacked.
func (r *restoring) check() error {
	r.m.progress("checking the backup")
	o, err := openArchive(r.archive)
	if err != nil {
		return err
	}
	r.manifest = o.manifest
	if r.manifest.Format == fileArchiveFormat {
		return nil
	}
	if err := r.rewind(); err != nil {
		return err
	}
	if _, r.contents, err = readArchive(r.archive, unpack{}); err != nil {
		return err
	}
	text, err := json.Marshal(r.contents)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	sum := sha256.Sum256(text)
	r.name = "the backup of " + r.manifest.At.Format(time.RFC3339) + " (" + hex.EncodeToString(sum[:])[:shortDigest] + ")"
	// Older backups hold the name of the database they were made of.
	r.contents.Collections = slices.DeleteFunc(r.contents.Collections, func(s dump.Sum) bool { return slices.Contains(leftBehind(), s.Collection) })
	return nil
}

func (r *restoring) rewind() error {
	if _, err := r.archive.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

func (r *restoring) report() map[string]any {
	out := map[string]any{"format": r.manifest.Format, "weft": r.manifest.Weft, "at": r.manifest.At, "into": r.into}
	if r.contents != nil {
		out["collections"] = r.contents.Collections
		out["missing"] = r.contents.Missing
	}
	if r.took != "" {
		out["took"] = r.took
	}
	return out
}

// filesAt is where the settings want attachments; "" is the data folder.
func (m *Main) filesAt() string {
	if m.cli.Bucket.Bucket != "" {
		return "s3"
	}
	return ""
}

// mongo fills an empty database. It can be cut off: until the end the database
// is marked as not whole, and the same restore goes on with it.
func (r *restoring) mongo(ctx context.Context) (err error) {
	p, err := r.m.openPlace(ctx, "mongodb", r.m.filesAt())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	r.into = p.name
	return r.fill(ctx, p)
}

// folder builds the database beside its place and moves it there when it is
// whole, so that a restore that was cut off leaves nothing behind that looks like one.
func (r *restoring) folder(ctx context.Context) error {
	f := r.m.open
	dir, err := os.MkdirTemp(f.path, "restore-")
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer os.RemoveAll(dir)
	p, err := r.m.openPlace(ctx, dir, r.m.filesAt())
	if err != nil {
		return err
	}
	if err := errors.Join(r.fill(ctx, p), p.Close()); err != nil {
		return err
	}
	return r.putInPlace(ctx, dir)
}

// file restores an archive of format 1: its database is unpacked beside its
// place and moved there, or copied into MongoDB.
func (r *restoring) file(ctx context.Context) error {
	dir, err := os.MkdirTemp(r.m.open.path, "restore-")
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := r.rewind(); err != nil {
		return err
	}
	if _, err := unpackFileArchive(r.archive, dir); err != nil {
		return err
	}
	if err := checkDatabase(ctx, filepath.Join(dir, databaseName)); err != nil {
		return fmt.Errorf("the backup cannot be used: %w", err)
	}
	if r.m.cli.MongodbURI != "" || r.m.filesAt() != "" {
		return r.move(ctx, dir)
	}
	if err := r.m.nameAnew(ctx, dir); err != nil {
		return err
	}
	return r.putInPlace(ctx, dir)
}

// move copies an unpacked database to where the settings want it.
func (r *restoring) move(ctx context.Context, dir string) (err error) {
	from, err := r.m.openPlace(ctx, dir, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	from.name = "the backup of " + r.manifest.At.Format(time.RFC3339Nano)
	at := "mongodb"
	if r.m.cli.MongodbURI == "" {
		if at, err = os.MkdirTemp(r.m.open.path, "restore-"); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		defer os.RemoveAll(at)
	}
	to, err := r.m.openPlace(ctx, at, r.m.filesAt())
	if err != nil {
		return err
	}
	report, err := (&move{m: r.m, from: from, to: to, take: r.take}).run(ctx)
	if err = errors.Join(err, to.Close()); err != nil {
		return err
	}
	r.into, r.took = to.name, report.Took
	if !report.equal() {
		return errors.New("the backup cannot be used: what was restored is not what was saved")
	}
	if at == "mongodb" {
		return nil
	}
	return r.putInPlace(ctx, at)
}

// putInPlace checks the database in dir and moves it to the data folder. Files
// go first: the database makes the folder whole.
func (r *restoring) putInPlace(ctx context.Context, dir string) error {
	f := r.m.open
	r.into = r.m.cli.Data
	if err := checkDatabase(ctx, filepath.Join(dir, databaseName)); err != nil {
		return fmt.Errorf("the backup cannot be used: %w", err)
	}
	unpacked := filepath.Join(dir, filesName)
	if _, err := os.Stat(unpacked); err == nil {
		if err := os.Rename(unpacked, f.files()); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
	}
	if err := os.Rename(filepath.Join(dir, databaseName), f.database()); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	d, err := os.Open(f.path)
	if err == nil {
		err = errors.Join(d.Sync(), d.Close())
	}
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}
