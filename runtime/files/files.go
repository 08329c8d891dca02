// Package files keeps attachments: bytes in a Storage (a local folder, or a
// bucket of S3) under generated keys, everything known about them in the store. A file belongs to nobody's
// record until the door links it; one that stays unlinked is swept.
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
	// UserQuota is how many bytes the files of one user may have that no record
	// refers to yet; 0: no limit. Uploads that end together may pass it once.
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
		o.Storage = &folder{dir: o.Dir}
	}
	return &Service{db: o.Store, storage: o.Storage, now: o.Now, quota: o.Quota, userQuota: o.UserQuota, maker: picture.NewMaker()}
}

// Close gives the storage back.
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
	// MediaType is told from the bytes, see mediaType.
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size"`   // bytes
	SHA256    string    `json:"sha256"` // hex
	By        string    `json:"by"`     // user id of the uploader
	At        time.Time `json:"at"`
	// HasMetadata says that a picture may hold the position it was taken at: it was
	// not cleaned, since its field keeps that.
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

// Collections are the store collections of this room.
func Collections() []store.Collection {
	return []store.Collection{{
		Name:      Collection,
		Unwatched: true,
		Kinds:     map[string]query.Kind{"record": query.Key, "by": query.Key, "at": query.Instant, "loose": query.Instant, "size": query.Number},
		Indexes: []store.Index{
			{Name: "loose", Keys: []store.IndexKey{{Path: unlinkedPath}}},
			{Name: "by", Keys: []store.IndexKey{{Path: byPath}, {Path: unlinkedPath}}},
			{Name: "record", Keys: []store.IndexKey{{Path: query.Path{Field: "record", Kind: query.Key}}}},
		},
	}, {
		Name: uploadKeyCollection, Unwatched: true, Kinds: map[string]query.Kind{"at": query.Instant},
		Indexes: []store.Index{{Name: "at", Keys: []store.IndexKey{{Path: uploadAt}}}},
	}, {
		Name: partialCollection, Unwatched: true,
		Kinds: map[string]query.Kind{"by": query.Key, "file": query.Key, "length": query.Number, "expires": query.Instant},
		Indexes: []store.Index{
			{Name: "expires", Keys: []store.IndexKey{{Path: expiresPath}}},
			{Name: "by", Keys: []store.IndexKey{{Path: byPath}}},
		},
	}, {
		Name: totalCollection, Unwatched: true,
	}, {
		Name: orphanCollection, Unwatched: true, Kinds: map[string]query.Kind{"seen": query.Instant},
		Indexes: []store.Index{{Name: "seen", Keys: []store.IndexKey{{Path: orphanSeen}}}},
	}, ownerDefinition()}
}

var unlinkedPath = query.Path{Field: "loose", Kind: query.Instant}

// instantLayout is the stored form of a point in time (query.Instant).
const instantLayout = "2006-01-02T15:04:05.000Z"

// Lookup finds files by id, in the order of ids; unknown ids are left out.
func (s *Service) Lookup(ctx context.Context, ids []string) ([]File, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	docs, err := s.db.GetMany(ctx, Collection, ids)
	if err != nil {
		return nil, fmt.Errorf("look up files: %w", err)
	}
	found := make([]File, len(docs))
	for i, d := range docs {
		if found[i], err = decode(d); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func decode(d store.Doc) (File, error) {
	var f File
	if err := json.Unmarshal(d.Body, &f); err != nil {
		return f, fmt.Errorf("file document %s: %w", d.ID, err)
	}
	f.ID, f.Rev = d.ID, d.Rev
	return f, nil
}

func encode(f File) (store.Doc, error) {
	f.At = f.At.UTC().Truncate(time.Millisecond)
	type plain File
	body, err := json.Marshal(struct {
		plain
		At    string `json:"at"`
		Loose string `json:"loose,omitempty"`
	}{plain: plain(f), At: stamp(f.At), Loose: stamp(f.UnlinkedSince)})
	if err != nil {
		return store.Doc{}, fmt.Errorf("encode file %s: %w", f.ID, err)
	}
	return store.Doc{ID: f.ID, Rev: f.Rev, Body: body}, nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(instantLayout)
}
