package files

import (
	"context"
	"errors"
	"io"
	"time"
)

// Storage holds bytes under keys. A key is the id of a file, or one derived
// from it: the id, a dot and a word (see derivedKey). Errors that a caller can
// act on are problems: unavailable, storage_full.
type Storage interface {
	// Put stores what r gives under key, replacing what was stored there. When
	// it returns nil the bytes are durable and were checked against those sent;
	// when it fails, nothing new is found under the key.
	Put(ctx context.Context, key string, r io.Reader) error
	// Open finds the bytes under key; ErrNotStored when there are none.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Remove removes the bytes; it is no error if there are none.
	Remove(ctx context.Context, key string) error
	// List calls each with every key that begins with the id given, or with
	// all keys for "", in no order, until it fails.
	List(ctx context.Context, id string, each func(StoredObject) error) error
	// CleanIncomplete removes what calls of Put left that were cut off before
	// the time given, and returns how many there were.
	CleanIncomplete(ctx context.Context, before time.Time) (int, error)
}

// StoredObject is what a Storage knows about the bytes under a key.
type StoredObject struct {
	Key      string
	Size     int64     // bytes
	StoredAt time.Time // when they were stored
}

// ErrNotStored says that a storage has nothing under a key.
var ErrNotStored = errors.New("files: no bytes are stored under this key")
