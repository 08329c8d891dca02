package files

import (
	"strings"

	"github.com/google/uuid"
)

// Keys are laid out alike in every storage, so that a bucket can be copied into
// a folder and back: <last two characters of the id>/<key>.

// shard is the folder of a key.
func shard(key string) string {
	id := fileIDOf(key)
	return id[max(0, len(id)-2):]
}

// objectPath is the path of a key, below the folder or the prefix of the
// bucket.
func objectPath(key string) string { return shard(key) + "/" + key }

// fileIDOf is the id that a key belongs to.
func fileIDOf(key string) string {
	id, _, _ := strings.Cut(key, ".")
	return id
}

// derivedKey is the key of something made from a file, such as a thumbnail.
func derivedKey(id, variant string) string { return id + "." + variant }

// probePrefix starts the keys of Probe, which belong to no file.
const probePrefix = "probe-"

// isObjectKey tells whether weft makes such keys. It must not touch anything
// else in a shared bucket.
func isObjectKey(key string) bool {
	id := strings.TrimPrefix(fileIDOf(key), probePrefix)
	if len(id) != 36 && len(id) != 32 { // other spellings of a UUID are not weft's
		return false
	}
	_, err := uuid.Parse(id)
	return err == nil
}
