package main

import (
	"regexp"
	"time"

	"weft/runtime/store/dump"
)

// A backup is a gzipped tar that can be written and read as a stream:
//
//	manifest.json                which format, which weft, when
//	collections.json             the collections with their indexes
//	records/<collection>/<n>.jsonl  documents by id, a line each (package dump)
//	files/<id>                   the bytes of attachments
//	contents.json                SHA-256 of every earlier member, sums of every collection
//
// It holds nothing specific to a database product, so that a backup of one can
// be restored on another. Format 1 was a copy of the embedded database's
// file; see archive_file.go.
const (
	archiveFormat   = 2
	manifestName    = "manifest.json"
	collectionsName = "collections.json"
	contentsName    = "contents.json"
)

// Bounds of what is read from an archive, so that a crafted one fills neither
// memory nor disk.
const (
	memberLimit      = 1 << 40   // bytes of an attachment
	manifestLimit    = 64 << 10  // bytes of the manifest
	oldManifestLimit = 64 << 20  // bytes of the manifest of format 1, which lists the members
	collectionsLimit = 16 << 20  // bytes of the collections
	recordsLimit     = 68 << 20  // bytes of a member of documents: a full one and a large document
	contentsLimit    = 512 << 20 // bytes of the contents, which are never in memory as a whole
	membersLimit     = 4 << 20   // members
	collectionsMost  = 10_000    // collections
	// paddingLimit is how many bytes may follow the end of the tar.
	paddingLimit = 1 << 20
	// chunkBytes is when a member of documents is full.
	chunkBytes = 4 << 20
)

// manifest is the first member. Members is set in format 1 only.
type manifest struct {
	Format  int               `json:"format"`
	Weft    string            `json:"weft"`
	At      time.Time         `json:"at"`
	Members map[string]string `json:"members,omitempty"` // name → SHA-256, hex
}

// contents is the last member: an archive without it was cut off.
type contents struct {
	Members     map[string]string `json:"members"` // name → SHA-256, hex
	Collections []dump.Checksum   `json:"collections"`
	// Missing are attachments that had no bytes, or not those they should have,
	// when the backup was made.
	Missing []string `json:"missing,omitempty"`
	// Damaged are those of Missing that had other bytes, and Removed those that
	// were removed, document and all, while the backup was made.
	Damaged []string `json:"damaged,omitempty"`
	Removed []string `json:"removed,omitempty"`
}

var (
	recordsMember = regexp.MustCompile(`^records/([a-z][a-z0-9_]{0,62})/[0-9]{6,12}\.jsonl$`)
	fileMember    = regexp.MustCompile(`^files/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$`)
)
