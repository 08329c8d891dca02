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
	"slices"
	"time"

	"weft/runtime/store/dump"
)

type restoreCmd struct {
	File        string `arg:"" help:"Backup to restore."`
	TakeStorage bool   `help:"Take over attachment storage that belongs to another database, which must not be used any more."`
}

// Run checks the whole backup before anything is written. Only an empty data
// folder or database is filled, so a failed restore destroys nothing.
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
	if err := m.takeFolder(false); err != nil {
		return err
	}
	defer m.progressDone()
	r := &restore{m: m, archive: archive, take: c.TakeStorage}
	if err := r.run(ctx); err != nil {
		return err
	}
	m.progressDone()
	text := fmt.Sprintf("restored %s of %s into %s", c.File, r.manifest.At.Format("2006-01-02 15:04 MST"), r.into)
	if r.contents != nil && r.contents.loss() != "" {
		text += "; as in the backup, " + r.contents.loss()
	}
	return m.print(r.report(), text+takeoverNotice(r.took))
}

// restore is one restore.
type restore struct {
	m        *Main
	archive  *os.File
	manifest *manifest
	contents *contents // nil for format 1
	name     string    // tells this backup from others
	into     string
	take     bool   // the storage, whichever database owns it
	took     string // the storage that another database owned
}

func (r *restore) run(ctx context.Context) error {
	if err := r.refuse(); err != nil {
		return err
	}
	if err := r.check(); err != nil {
		return err
	}
	switch {
	case r.manifest.Format == fileArchiveFormat:
		return r.file(ctx)
	case r.m.cli.MongodbURI != "":
		return r.mongo(ctx)
	}
	return r.folder(ctx, func(dir string) error { return r.build(ctx, dir) })
}

// check reads the archive to its end; format 1 is checked when it is unpacked.
func (r *restore) check() error {
	r.m.progress("checking the backup")
	o, err := openArchive(r.archive)
	if err != nil {
		return err
	}
	r.manifest = o.manifest
	if r.manifest.Format == fileArchiveFormat {
		r.call(o.digest)
		return nil
	}
	if err := r.rewind(); err != nil {
		return err
	}
	if r.contents, err = checkArchive(r.archive); err != nil {
		return err
	}
	text, err := json.Marshal(r.contents)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	sum := sha256.Sum256(text)
	r.call(hex.EncodeToString(sum[:]))
	// Older backups hold the name of the database they were made of.
	r.contents.Collections = slices.DeleteFunc(r.contents.Collections, func(s dump.Checksum) bool { return slices.Contains(transientCollections(), s.Collection) })
	return nil
}

// call names the backup by a digest that covers all of it.
func (r *restore) call(digest string) {
	r.name = "the backup of " + r.manifest.At.Format(time.RFC3339) + " (" + digest[:shortDigest] + ")"
}

func (r *restore) rewind() error {
	if _, err := r.archive.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

func (r *restore) report() map[string]any {
	out := map[string]any{"format": r.manifest.Format, "weft": r.manifest.Weft, "at": r.manifest.At, "into": r.into}
	if r.contents != nil {
		out["collections"] = r.contents.Collections
		r.contents.report(out)
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

// mongo fills an empty database. It can be interrupted: until the end the
// database is marked as incomplete, and the same restore continues with it.
func (r *restore) mongo(ctx context.Context) (err error) {
	p, err := r.m.openLocation(ctx, "mongodb", r.m.filesAt())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	r.into = p.name
	return r.load(ctx, p)
}

// build makes a database in an empty folder.
func (r *restore) build(ctx context.Context, dir string) error {
	p, err := r.m.openLocation(ctx, dir, r.m.filesAt())
	if err != nil {
		return err
	}
	return errors.Join(r.load(ctx, p), p.Close())
}
