// Package files keeps attachments: bytes in a Storage (a local folder, or a
// bucket of S3) under generated keys, everything known about them in the store.
// A new file belongs to no record until a commit of package record links it;
// one that stays unlinked is deleted by Sweep.
package files

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"weft/runtime/files/picture"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// Collection holds a document per file; its id is also the storage key.
const Collection = "weft_file"

// Options of a Service. Store and one of Dir and Storage must be given.
type Options struct {
	Store store.Store
	// Dir is the folder of the bytes; it is made when it is missing.
	Dir string
	// Storage holds the bytes in place of a folder.
	Storage Storage
	// Quota is how many bytes all files together may have; 0: no limit.
	Quota int64
	// UserQuota is how many bytes one user may have in files that no record
	// refers to yet, unfinished uploads and temporary files; 0: no limit.
	UserQuota int64
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Service stores and finds files. It is safe for concurrent use.
type Service struct {
	db      store.Store
	storage Storage
	now     func() time.Time

	quota, userQuota int64 // bytes; 0: none
	counting         sync.Mutex
	counted          bool // the size of all files was counted by this Service

	maker *picture.Maker
}

// New makes a Service. The folder is opened by the first call that needs it,
// so a folder that cannot be used is that call's error.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Storage == nil {
		o.Storage = NewFolder(o.Dir)
	}
	return &Service{db: o.Store, storage: o.Storage, now: o.Now, quota: o.Quota, userQuota: o.UserQuota, maker: picture.NewMaker()}
}

// Close closes the storage.
func (s *Service) Close() error {
	if c, ok := s.storage.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// File is what is known about a stored file.
type File struct {
	ID  string `json:"id"`
	Rev int64  `json:"rev"`
	// Name is what the uploader called it: shown, never used as a path.
	Name string `json:"name"`
	// MediaType is detected from the bytes, see mediaType.
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size"`   // bytes
	SHA256    string    `json:"sha256"` // hex
	By        string    `json:"by"`     // user id of the uploader
	At        time.Time `json:"at"`
	// HasMetadata says that a picture may hold the position it was taken at: it
	// was not cleaned, since its field keeps that.
	HasMetadata bool `json:"as_sent,omitempty"`
	// Entity, Record and Field say where the file is referenced; "" until then.
	Entity string `json:"entity,omitempty"`
	Record string `json:"record,omitempty"`
	Field  string `json:"field,omitempty"`
	// UnlinkedSince is since when no record refers to the file; zero while one does.
	UnlinkedSince time.Time `json:"loose,omitzero"`
}

// Linked tells whether a record refers to the file.
func (f File) Linked() bool { return f.Record != "" }

// MarshalJSON writes times in stored form.
func (f File) MarshalJSON() ([]byte, error) {
	type plain File
	return json.Marshal(struct {
		plain
		At            string `json:"at"`
		UnlinkedSince string `json:"loose,omitempty"`
	}{plain(f), formatInstant(f.At), formatInstant(f.UnlinkedSince)})
}

var fileTable = table.New(Collection, func(f *File) (*string, *int64) { return &f.ID, &f.Rev })

var (
	unlinkedPath = query.Path{Field: "loose", Kind: query.Instant}
	byPath       = query.Path{Field: "by", Kind: query.Key}
	sizePath     = query.Path{Field: "size", Kind: query.Number}
	expiresPath  = query.Path{Field: "expires", Kind: query.Instant}
)

func index(name string, paths ...query.Path) store.Index {
	i := store.Index{Name: name}
	for _, p := range paths {
		i.Keys = append(i.Keys, store.IndexKey{Path: p})
	}
	return i
}

// Collections are the store collections of this package.
func Collections() []store.Collection {
	return []store.Collection{{
		Name:      Collection,
		Unwatched: true,
		Kinds:     map[string]query.Kind{"record": query.Key, "by": query.Key, "at": query.Instant, "loose": query.Instant, "size": query.Number},
		Indexes:   []store.Index{index("loose", unlinkedPath), index("by", byPath, unlinkedPath), index("record", query.Path{Field: "record", Kind: query.Key})},
	}, {
		Name: uploadKeyCollection, Unwatched: true, Kinds: map[string]query.Kind{"at": query.Instant}, Indexes: []store.Index{index("at", uploadAt)},
	}, {
		Name: partialCollection, Unwatched: true,
		Kinds:   map[string]query.Kind{"by": query.Key, "file": query.Key, "length": query.Number, "expires": query.Instant},
		Indexes: []store.Index{index("expires", expiresPath), index("by", byPath)},
	}, {
		Name: temporaryCollection, Unwatched: true,
		Kinds:   map[string]query.Kind{"by": query.Key, "owner": query.Key, "size": query.Number, "expires": query.Instant},
		Indexes: []store.Index{index("expires", expiresPath), index("by", byPath), index("owner", temporaryOwner)},
	}, {
		Name: totalCollection, Unwatched: true,
	}, {
		Name: orphanCollection, Unwatched: true, Kinds: map[string]query.Kind{"seen": query.Instant}, Indexes: []store.Index{index("seen", orphanSeen)},
	}, ownerDefinition()}
}

// TransientCollections are those that a copy of a store leaves out: unfinished
// uploads and temporary files, whose bytes are not copied, and what is about
// this database and its storage.
func TransientCollections() []string {
	return []string{partialCollection, temporaryCollection, ownerCollection, orphanCollection}
}

// Lookup finds files by id, in the order of ids; unknown ids are left out.
func (s *Service) Lookup(ctx context.Context, ids []string) ([]File, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := fileTable.GetMany(ctx, s.db, ids)
	if err != nil {
		return nil, fmt.Errorf("look up files: %w", err)
	}
	return found, nil
}

// formatInstant is the stored form of a point in time, "" for the zero time.
func formatInstant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(query.InstantLayout)
}
