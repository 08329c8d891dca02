package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"weft/runtime/access"
	"weft/runtime/files"
	"weft/runtime/store"
	"weft/runtime/store/lease"
	"weft/runtime/store/migrate"
	"weft/runtime/store/mongo"
	"weft/runtime/store/sqlite"
)

// transientCollections are not copied: they belong to running processes and
// sessions, or to this one database and its storage.
func transientCollections() []string {
	return append(files.TransientCollections(), access.SessionCollection, lease.Collection)
}

// copyTimeout is how long a copy waits for a database that does not answer; it
// is longer than a server's, since no user waits for an answer.
const copyTimeout = 20 * time.Second

// location is where the data of a weft is: records and the bytes of attachments.
type location struct {
	name    string // without secrets
	store   migrate.Store
	files   *files.Service
	filesAt string  // where the bytes are, without secrets; two locations may share them
	folder  *folder // locked, when the store is in it
	// leasesAtOpen are the abandoned leases found when it was opened as a source;
	// nil when it was not.
	leasesAtOpen map[string]int64
}

// Close closes the store and the files, and unlocks the folder.
func (p *location) Close() error {
	var err error
	if p.files != nil {
		err = p.files.Close()
	}
	err = errors.Join(err, p.store.Close())
	if p.folder != nil {
		err = errors.Join(err, p.folder.Close())
	}
	return err
}

// isMongo tells an address of MongoDB from a folder.
func isMongo(at string) bool {
	return strings.HasPrefix(at, "mongodb://") || strings.HasPrefix(at, "mongodb+srv://")
}

// openLocation opens the location at: a data folder, an address of MongoDB, or
// "mongodb" for the one of the settings. filesAt is a data folder or the folder
// "files" in it, an address of a bucket, "s3" for the one of the settings, or ""
// for the data folder of the records.
func (m *Main) openLocation(ctx context.Context, at, filesAt string) (*location, error) {
	at, name, err := m.resolve(at)
	if err != nil {
		return nil, err
	}
	p, folder, err := m.openRecords(ctx, at)
	if err != nil {
		return nil, err
	}
	p.name = name
	if filesAt == "" {
		filesAt = folder
	}
	o := files.Options{Store: p.store}
	if o.Storage, p.filesAt, err = m.openBytes(filesAt); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	if o.Storage == nil {
		o.Dir = p.filesAt
	}
	p.files = files.New(o)
	return p, nil
}

// resolve says which address or folder is meant, and names it without secrets.
func (m *Main) resolve(at string) (address, name string, err error) {
	if at == "mongodb" {
		if at = m.cli.MongodbURI; at == "" {
			return "", "", usageError{errors.New("mongodb stands for the URI in --mongodb-uri or WEFT_MONGODB_URI, and none is given")}
		}
	}
	if isMongo(at) {
		name, err := mongo.Address(at)
		return at, name, err
	}
	if addressPattern.MatchString(at) || strings.Contains(at, "://") { // not repeated, it may hold a password
		return "", "", usageError{errors.New("records are in a data folder or in MongoDB, mongodb://host/database")}
	}
	path, err := filepath.Abs(at)
	if err != nil {
		return "", "", fmt.Errorf("data folder %s: %w", at, err)
	}
	return path, path, nil
}

// openRecords opens the store at what resolve gave, and says which data folder belongs to it.
func (m *Main) openRecords(ctx context.Context, at string) (*location, string, error) {
	log := slog.New(slog.DiscardHandler) // what goes wrong is the error of a call
	if isMongo(at) {
		st, err := mongo.Open(ctx, at, mongo.Options{Logger: log, UnresponsiveTimeout: copyTimeout})
		if err != nil {
			return nil, "", explainMongo(err)
		}
		return &location{store: st}, m.cli.Data, nil
	}
	f, err := openFolder(at, false)
	if err != nil {
		return nil, "", err
	}
	st, err := sqlite.Open(ctx, f.database(), sqlite.Options{Logger: log})
	if err != nil {
		return nil, "", errors.Join(explainFolder(at, err), f.Close())
	}
	return &location{store: st, folder: f}, at, nil
}

// openBytes opens a bucket; for a folder the Storage is nil.
func (m *Main) openBytes(at string) (files.Storage, string, error) {
	switch {
	case at == "s3":
		s, err := m.cli.Bucket.storage()
		if err != nil {
			return nil, "", err
		}
		if s == nil {
			return nil, "", usageError{errors.New("s3 stands for the bucket in --s3-… or WEFT_S3_…, and none is given")}
		}
		return s, fmt.Sprint(s), nil
	case strings.HasPrefix(at, "s3://"):
		o, err := files.ParseS3(at)
		if err != nil {
			return nil, "", usageError{err}
		}
		o.Timeout = cmp.Or(o.Timeout, m.cli.Bucket.Timeout)
		s, err := files.NewBucket(o)
		if err != nil {
			return nil, "", usageError{err}
		}
		return s, o.String(), nil
	case addressPattern.MatchString(at), strings.Contains(at, "://"):
		return nil, "", usageError{errors.New("files are in a folder or in a bucket, s3://KEY:SECRET@host/bucket/prefix")}
	}
	path, err := filepath.Abs(at)
	if err != nil {
		return nil, "", fmt.Errorf("folder of files %s: %w", at, err)
	}
	if filepath.Base(path) != filesName { // where a server looks for them
		path = filepath.Join(path, filesName)
	}
	return nil, path, nil
}

// explainMongo says in one sentence why a database could not be opened.
func explainMongo(err error) error {
	for _, refusal := range []error{mongo.ErrStandalone, mongo.ErrTooOld} {
		if errors.Is(err, refusal) { // not one that waiting helps
			return refusal
		}
	}
	var refused *mongo.AccessError
	switch {
	case errors.As(err, &refused): // it says what to do; store.ErrUnavailable too
		return refused
	case errors.Is(err, store.ErrTooNew):
		return errors.New("the MongoDB database was written by a newer version of weft; run that version, nothing was changed")
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrUnknown):
		return &unreachableError{err}
	}
	return err
}

// hasDatabase tells whether a data folder holds an embedded database.
func hasDatabase(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, databaseName))
	return err == nil
}
