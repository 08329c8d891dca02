package main

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"weft/runtime/files"
	"weft/runtime/files/s3test"
	"weft/runtime/store"
	"weft/runtime/store/dump"
	"weft/runtime/store/migrate"
	"weft/runtime/store/sqlite"
)

// looked is a database with its attachments, for a look at it while nobody works
// with it, at a time that the test says.
type looked struct {
	*files.Service
	store migrate.Store
	at    time.Time
}

// lookInto opens the database of a data folder; attachments lie in storage, or
// in the folder when it is nil.
func lookInto(t *testing.T, dir string, storage files.Storage) *looked {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, databaseName), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return look(t, db, dir, storage)
}

func look(t *testing.T, db migrate.Store, dir string, storage files.Storage) *looked {
	t.Helper()
	if err := db.Ensure(t.Context(), files.Collections()); err != nil {
		t.Fatal(err)
	}
	if storage == nil {
		storage = files.NewFolder(filepath.Join(dir, filesName))
	}
	h := &looked{store: db, at: time.Now()}
	h.Service = files.New(files.Options{Store: db, Storage: storage, Now: func() time.Time { return h.at }})
	t.Cleanup(func() { _ = errors.Join(h.Service.Close(), db.Close()) })
	return h
}

// leave gives the data folder back to commands.
func (h *looked) leave(t *testing.T) {
	t.Helper()
	if err := errors.Join(h.Service.Close(), h.store.Close()); err != nil {
		t.Fatal(err)
	}
}

func (h *looked) names(t *testing.T) (name, owner string) {
	t.Helper()
	name, err := h.DatabaseName(t.Context())
	owner, err2 := h.StorageOwner(t.Context())
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return name, owner
}

// owns checks that the storage is that of the database, and that its name is another one.
func (h *looked) owns(t *testing.T, other string) {
	t.Helper()
	if name, owner := h.names(t); name == "" || name == other || owner != name {
		t.Errorf("the database is named %q, the other %q, the storage belongs to %q", name, other, owner)
	}
}

// linked uploads a file that a record has.
func (h *looked) linked(t *testing.T, text string) files.File {
	t.Helper()
	f, err := h.Put(t.Context(), "u", "a.txt", "", strings.NewReader(text), 100)
	if err != nil {
		t.Fatal(err)
	}
	h.link(t, *f)
	return *f
}

func (h *looked) link(t *testing.T, f files.File) {
	t.Helper()
	ops, err := files.LinkOps([]files.File{f}, "deal", "r1", "contract")
	if err == nil {
		err = h.store.Commit(t.Context(), &store.Batch{Ops: ops})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// sweep sweeps a while later.
func (h *looked) sweep(t *testing.T, later time.Duration, want error) {
	t.Helper()
	h.at = h.at.Add(later)
	if _, err := h.Sweep(t.Context()); !errors.Is(err, want) {
		t.Errorf("sweep: %v, not %v", err, want)
	}
}

func (h *looked) has(t *testing.T, list ...files.File) {
	t.Helper()
	for _, f := range list {
		if there, err := h.HasBytes(t.Context(), f); !there || err != nil {
			t.Errorf("%s is gone, %v", f.Name, err)
		}
	}
}

// objects are the names of what lies in a bucket.
func objects(t *testing.T, b s3test.Bucket) []string {
	t.Helper()
	var list []string
	for o := range b.Client(t).ListObjects(t.Context(), b.Name, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		list = append(list, o.Key)
	}
	return list
}

// withName is a backup as it was when the name of the database was in it.
func withName(t *testing.T, archive []byte, d *looked) []byte {
	t.Helper()
	const collection = "weft_storage"
	parts := takeApart(t, archive)
	docs, err := d.store.ReadFull(t.Context(), collection, "", 2)
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d names, %v", len(docs), err)
	}
	line, err := dump.AppendLine(nil, docs[0])
	sum, err2 := dump.ChecksumOf(t.Context(), d.store, collection)
	var defs []store.Collection
	var c contents
	last := &parts[len(parts)-1]
	if err := errors.Join(err, err2, json.Unmarshal(parts[1].content, &defs), json.Unmarshal(last.content, &c)); err != nil {
		t.Fatal(err)
	}
	c.Collections = append(c.Collections, sum)
	if parts[1].content, err = json.Marshal(append(defs, store.Collection{Name: collection, Unwatched: true})); err != nil {
		t.Fatal(err)
	}
	if last.content, err = json.Marshal(c); err != nil {
		t.Fatal(err)
	}
	parts = slices.Insert(parts, find(t, parts, "records/weft_version"), archived{"records/" + collection + "/000001.jsonl", tar.TypeReg, line})
	return putTogether(t, forged(t, parts))
}
