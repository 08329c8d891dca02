package files

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
)

// partialCollection holds uploads that come in pieces and can be resumed, on
// whichever node. The pieces lie in the storage, each under a key of its own:
// the id of the upload, a dot and a random word.
const partialCollection = "weft_partial_upload"

// maxPieces bounds the pieces of one upload, and thus its document.
const maxPieces = 10_000

var (
	lengthPath  = query.Path{Field: "length", Kind: query.Number}
	filePath    = query.Path{Field: "file", Kind: query.Key}
	expiresPath = query.Path{Field: "expires", Kind: query.Instant}
)

// PartialUpload is an upload that comes in pieces.
type PartialUpload struct {
	ID  string `json:"id"`
	Rev int64  `json:"rev"`
	// Upload says what the file will be; its Key is empty.
	Upload Upload `json:"upload"`
	By     string `json:"by"`
	// Length is the size of the whole in bytes, Offset how many are there.
	Length int64 `json:"length"`
	Offset int64 `json:"offset"`
	// Expires is when the upload is forgotten unless it goes on.
	Expires time.Time `json:"expires"`
	// File is the id of the file, once all bytes are there.
	File string `json:"file,omitempty"`
	// Pieces are the words of the keys, in the order of the bytes.
	Pieces []string `json:"pieces,omitempty"`
}

// reserved is how much of the quota of all files is kept free for p: all that
// was announced, until there is a file.
func (p *PartialUpload) reserved() int64 {
	if p.File != "" {
		return 0
	}
	return p.Length
}

// FindPartial finds an upload of a user; not_found for those of others, and for
// one that has expired.
func (s *Service) FindPartial(ctx context.Context, id, by string) (*PartialUpload, error) {
	p, err := s.readPartial(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.By != by || s.now().After(p.Expires) {
		return nil, problem.New(problem.NotFound, "", nil)
	}
	return p, nil
}

func (s *Service) readPartial(ctx context.Context, id string) (*PartialUpload, error) {
	d, err := s.db.Get(ctx, partialCollection, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, problem.New(problem.NotFound, "", nil)
	}
	if err != nil {
		return nil, fmt.Errorf("look up upload: %w", err)
	}
	return decodePartial(d)
}

// CancelPartial ends an upload and takes its pieces away. A file that was made of
// them stays.
func (s *Service) CancelPartial(ctx context.Context, p *PartialUpload) error {
	err := s.commit(ctx, -p.reserved(), store.Op{Kind: store.Delete, Collection: partialCollection, Doc: store.Doc{ID: p.ID}, OldRev: p.Rev})
	if err != nil {
		return fmt.Errorf("abandon upload: %w", err)
	}
	return s.removeBytes(ctx, p.ID)
}

func (s *Service) expiry() time.Time {
	return s.now().Add(UnlinkedRetention).UTC().Truncate(time.Millisecond)
}

func decodePartial(d store.Doc) (*PartialUpload, error) {
	p := new(PartialUpload)
	if err := json.Unmarshal(d.Body, p); err != nil {
		return nil, fmt.Errorf("decode upload %s: %w", d.ID, err)
	}
	p.ID, p.Rev = d.ID, d.Rev
	return p, nil
}

// op is the change that stores p; a replacement moves its revision.
func (p *PartialUpload) op(kind store.OpKind) (store.Op, error) {
	op := store.Op{Kind: kind, Collection: partialCollection}
	if kind == store.Replace {
		op.OldRev = p.Rev
		p.Rev++
	}
	type plain PartialUpload
	body, err := json.Marshal(struct {
		*plain
		Expires string `json:"expires"`
	}{(*plain)(p), stamp(p.Expires)})
	if err != nil {
		return op, fmt.Errorf("encode upload %s: %w", p.ID, err)
	}
	op.Doc = store.Doc{ID: p.ID, Rev: p.Rev, Body: body}
	return op, nil
}
