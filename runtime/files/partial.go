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
	"weft/runtime/store/table"
)

// partialCollection holds uploads that come in pieces and can be resumed, on
// any node. The pieces are in the storage, each under a key of its own: the id
// of the upload, a dot and a random word.
const partialCollection = "weft_partial_upload"

// maxPieces bounds the pieces of one upload, and thus its document.
const maxPieces = 10_000

var (
	lengthPath = query.Path{Field: "length", Kind: query.Number}
	// unfinished are the uploads that are no file yet.
	unfinished = query.Cmp{Path: query.Path{Field: "file", Kind: query.Key}, Op: query.Empty}
)

// PartialUpload is an upload that comes in pieces.
type PartialUpload struct {
	ID  string `json:"id"`
	Rev int64  `json:"rev"`
	// Upload says what the file will be; its Key is empty.
	Upload Upload `json:"upload"`
	By     string `json:"by"`
	// Metadata is what the client sent about the upload, as it was sent.
	Metadata string `json:"metadata,omitempty"`
	// Length is the size of the whole in bytes, Offset how many are stored.
	Length int64 `json:"length"`
	Offset int64 `json:"offset"`
	// Expires is when the upload is deleted unless it goes on.
	Expires time.Time `json:"expires"`
	// File is the id of the file, once all bytes are stored.
	File string `json:"file,omitempty"`
	// Pieces are the words of the keys, in the order of the bytes.
	Pieces []string `json:"pieces,omitempty"`
}

// MarshalJSON writes Expires in stored form.
func (p PartialUpload) MarshalJSON() ([]byte, error) {
	type plain PartialUpload
	return json.Marshal(struct {
		plain
		Expires string `json:"expires"`
	}{plain(p), formatInstant(p.Expires)})
}

var partialTable = table.New(partialCollection, func(p *PartialUpload) (*string, *int64) { return &p.ID, &p.Rev })

// reserved is how many bytes the quota of all files counts for p: all that was
// announced, until there is a file.
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
	p, err := partialTable.Get(ctx, s.db, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, problem.New(problem.NotFound, "", nil)
	}
	return &p, err
}

// CancelPartial ends an upload and removes its pieces. A file that was made of
// them stays.
func (s *Service) CancelPartial(ctx context.Context, p *PartialUpload) error {
	if err := s.commit(ctx, -p.reserved(), partialTable.Delete(*p)); err != nil {
		return fmt.Errorf("cancel upload: %w", err)
	}
	return s.removeBytes(ctx, p.ID)
}

// deleteExpiredPartials ends uploads that have expired.
func (s *Service) deleteExpiredPartials(ctx context.Context) error {
	for p, err := range partialTable.Each(ctx, s.db, s.expired()) {
		if err != nil {
			return fmt.Errorf("find expired uploads: %w", err)
		}
		// One that goes on meanwhile has another revision.
		if err := s.CancelPartial(ctx, &p); err != nil && !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return nil
}

// expired matches rows whose time to expire has passed.
func (s *Service) expired() query.Expr {
	return query.Cmp{Path: expiresPath, Op: query.Lt, Value: formatInstant(s.now())}
}

func (s *Service) expiry() time.Time {
	return s.now().Add(UnlinkedRetention).UTC().Truncate(time.Millisecond)
}
