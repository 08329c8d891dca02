package dump

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"

	"weft/runtime/store"
)

// Sum says what a collection holds: two with one sum hold the same documents.
type Sum struct {
	Collection string `json:"collection"`
	Count      int64  `json:"count"`
	Digest     string `json:"digest"` // SHA-256 of the canonical documents by id, hex
}

// Summer adds documents up, which must come in the order of their ids.
type Summer struct {
	count int64
	hash  hash.Hash
}

// NewSummer has seen no document yet.
func NewSummer() *Summer { return &Summer{hash: sha256.New()} }

// Add takes the next documents.
func (s *Summer) Add(docs []store.Doc) error {
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

// Sum is that of the documents so far.
func (s *Summer) Sum(collection string) Sum {
	return Sum{Collection: collection, Count: s.count, Digest: hex.EncodeToString(s.hash.Sum(nil))}
}

// SumOf reads a whole collection.
func SumOf(ctx context.Context, from store.WholeReader, collection string) (Sum, error) {
	s := NewSummer()
	err := Each(ctx, from, collection, "", s.Add)
	return s.Sum(collection), err
}
