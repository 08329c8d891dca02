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

// objectPath is where a key lies, below the folder or the prefix of the bucket.
func objectPath(key string) string { return shard(key) + "/" + key }

// fileIDOf is the id that a key belongs to.
func fileIDOf(key string) string {
	id, _, _ := strings.Cut(key, ".")
	return id
}

// derivedKey is the key of something made from a file, such as a smaller image.
func derivedKey(id, variant string) string { return id + "." + variant }

// probePrefix stands before the id in keys that are nobody's file.
const probePrefix = "probe-"

// isObjectKey tells whether a key is one that weft makes for bytes. Whatever else
// lies in a bucket that is shared is not weft's to touch.
func isObjectKey(key string) bool {
	id := strings.TrimPrefix(fileIDOf(key), probePrefix)
	if len(id) != 36 && len(id) != 32 { // other spellings are not weft's
		return false
	}
	_, err := uuid.Parse(id)
	return err == nil
}
