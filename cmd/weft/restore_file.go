package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// file restores an archive of format 1: its database file is unpacked into
// the data folder, or copied to where the settings want it.
func (r *restore) file(ctx context.Context) error {
	switch {
	case r.m.cli.MongodbURI != "":
		return errors.Join(r.copyTo(ctx, "mongodb"), r.clear())
	case r.m.filesAt() != "":
		return r.folder(ctx, func(dir string) error { return r.copyTo(ctx, dir) })
	}
	return r.folder(ctx, func(dir string) error {
		if err := r.unpackFile(dir); err != nil {
			return err
		}
		if err := checkDatabase(ctx, filepath.Join(dir, databaseName)); err != nil {
			return fmt.Errorf("the backup cannot be used: %w", err)
		}
		return r.m.renameDatabase(ctx, dir)
	})
}

func (r *restore) unpackFile(dir string) error {
	if err := r.rewind(); err != nil {
		return err
	}
	_, err := unpackFileArchive(r.archive, dir)
	return err
}

// copyTo unpacks the archive into a temporary folder and copies it to the target.
func (r *restore) copyTo(ctx context.Context, target string) (err error) {
	dir := filepath.Join(r.partial(), unpackedFolder)
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := r.unpackFile(dir); err != nil {
		return err
	}
	if err := checkDatabase(ctx, filepath.Join(dir, databaseName)); err != nil {
		return fmt.Errorf("the backup cannot be used: %w", err)
	}
	from, err := r.m.openLocation(ctx, dir, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	from.name = r.name
	to, err := r.m.openLocation(ctx, target, r.m.filesAt())
	if err != nil {
		return err
	}
	r.into = to.name
	report, err := (&migration{m: r.m, from: from, to: to, take: r.take}).run(ctx)
	if err = errors.Join(err, to.Close()); err != nil {
		return err
	}
	r.took = report.Took
	if !report.equal() {
		return errors.New("the backup cannot be used: what was restored is not what was saved")
	}
	return nil
}
