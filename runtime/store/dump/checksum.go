package dump

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"

	"weft/runtime/store"
)

// Checksum identifies the contents of a collection: collections with equal
// checksums hold the same documents.
type Checksum struct {
	Collection string `json:"collection"`
	Count      int64  `json:"count"`
	Digest     string `json:"digest"` // SHA-256 of the canonical documents by id, hex
}

// Hasher computes a Checksum of documents, which must come in the order of their ids.
type Hasher struct {
	count int64
	hash  hash.Hash
}

// NewHasher makes the Hasher of an empty collection.
func NewHasher() *Hasher { return &Hasher{hash: sha256.New()} }

// Add hashes the next documents.
func (s *Hasher) Add(docs []store.Doc) error {
	for _, d := range docs {
		text, err := Canonical(d)
		if err != nil {
			return err
		}
		s.count++
		s.hash.Write(text)
	}
	return nil
}

// Sum is the checksum of the documents so far.
func (s *Hasher) Sum(collection string) Checksum {
	return Checksum{Collection: collection, Count: s.count, Digest: hex.EncodeToString(s.hash.Sum(nil))}
}

// ChecksumOf reads a whole collection and computes its checksum.
func ChecksumOf(ctx context.Context, from store.FullReader, collection string) (Checksum, error) {
	s := NewHasher()
	err := Each(ctx, from, collection, "", s.Add)
	return s.Sum(collection), err
}
