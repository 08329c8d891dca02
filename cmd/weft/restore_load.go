package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"weft/runtime/files"
	"weft/runtime/store"
	"weft/runtime/store/dump"
	"weft/runtime/store/migrate"
)

// load writes the archive into an empty location and compares the result with
// what was saved.
func (r *restore) load(ctx context.Context, p *location) error {
	own := storageClaim{to: p, take: r.take}
	if _, err := own.check(ctx); err != nil {
		return err
	}
	if err := r.rewind(); err != nil {
		return err
	}
	f := &loading{ctx: ctx, r: r, to: p}
	if _, _, err := readArchive(r.archive, unpack{collections: f.collections, documents: f.documents, file: f.file}); err != nil {
		return err
	}
	if f.loader == nil {
		return damaged("%s is missing", collectionsName)
	}
	if err := r.compare(ctx, p); err != nil {
		return err
	}
	var err error
	if r.took, err = own.claim(ctx); err != nil {
		return err
	}
	return f.loader.Finish(ctx)
}

// compare sums the restored collections up.
func (r *restore) compare(ctx context.Context, p *location) error {
	for _, saved := range r.contents.Collections {
		r.m.progress("comparing %s", saved.Collection)
		restored, err := dump.ChecksumOf(ctx, p.store, saved.Collection)
		if err != nil {
			return err
		}
		if restored != saved {
			return fmt.Errorf("the backup cannot be used: %s holds %d documents with the digest %s, saved were %d with %s",
				saved.Collection, restored.Count, restored.Digest, saved.Count, saved.Digest)
		}
	}
	return nil
}

// loading writes what readArchive reads.
type loading struct {
	ctx    context.Context // of the restore, which lasts as long as this value
	r      *restore
	to     *location
	loader *migrate.Loader
	total  int
}

func (f *loading) collections(defs []store.Collection) error {
	var err error
	if f.loader, err = migrate.Begin(f.ctx, f.to.store, f.r.name, defs); err != nil {
		return explainBegin(err)
	}
	return nil
}

func (f *loading) documents(collection string, docs []store.Doc) error {
	if slices.Contains(transientCollections(), collection) {
		return nil // of an older backup
	}
	f.total += len(docs)
	f.r.m.progress("%d documents restored, at %s", f.total, collection)
	return f.loader.Put(f.ctx, collection, docs)
}

// file stores an attachment. Those that were damaged when the backup was made
// stay missing, as the contents say.
func (f *loading) file(id string, r io.Reader) error {
	if slices.Contains(f.r.contents.Missing, id) {
		return nil
	}
	found, err := f.to.files.Lookup(f.ctx, []string{id})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return damaged("no document knows the file %s", id)
	}
	there, err := f.to.files.HasBytes(f.ctx, found[0])
	if err != nil || there {
		return err
	}
	err = f.to.files.RestoreBytes(f.ctx, found[0], r)
	if errors.Is(err, files.ErrDiffers) {
		return damaged("the file %s is not the one that its document describes", id)
	}
	return err
}
