package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

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

// Partial is an upload that comes in pieces.
type Partial struct {
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

// Begin makes an upload of length bytes that comes in pieces. Under u.Key the
// same upload is found again. Problems: too_large above u.Max, invalid
// for an empty file, storage_full, conflict for another upload under the key.
func (s *Service) Begin(ctx context.Context, u Upload, length int64) (*Partial, error) {
	switch {
	case length > u.Max:
		return nil, problem.New(problem.TooLarge, "upload_too_large", map[string]any{"max": u.Max})
	case length <= 0:
		return nil, problem.New(problem.Invalid, "upload_empty", nil)
	}
	id, err := partialID(u)
	if err != nil {
		return nil, err
	}
	if err := s.admit(ctx, u.By, length); err != nil {
		return nil, err
	}
	u.Key, u.Name = "", CleanName(u.Name)
	p := &Partial{ID: id, Rev: 1, Upload: u, By: u.By, Length: length, Expires: s.expiry()}
	op, err := p.op(store.Insert)
	if err != nil {
		return nil, err
	}
	err = s.store.Commit(ctx, &store.Batch{Ops: []store.Op{op}})
	var taken *store.UniqueError
	if errors.As(err, &taken) {
		return s.begunBefore(ctx, p)
	}
	if err != nil {
		return nil, fmt.Errorf("begin upload: %w", err)
	}
	return p, nil
}

// partialID is random, or told by the user's key.
func partialID(u Upload) (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make an upload id: %w", err)
	}
	if u.Key == "" {
		return id.String(), nil
	}
	sum := sha256.Sum256([]byte(u.By + "\x00" + u.Key))
	copy(id[:], sum[:])
	return hex.EncodeToString(id[:]), nil
}

func (s *Service) begunBefore(ctx context.Context, now *Partial) (*Partial, error) {
	before, err := s.Partial(ctx, now.ID, now.By)
	if err != nil {
		return nil, err
	}
	if before.Length != now.Length || before.Upload.Name != now.Upload.Name {
		return nil, problem.New(problem.Conflict, "idempotency_mismatch", nil)
	}
	return before, nil
}

// Partial finds an upload of a user; not_found for those of others, and for
// one that has expired.
func (s *Service) Partial(ctx context.Context, id, by string) (*Partial, error) {
	d, err := s.store.Get(ctx, partialCollection, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, problem.New(problem.NotFound, "", nil)
	}
	if err != nil {
		return nil, fmt.Errorf("look up upload: %w", err)
	}
	p, err := decodePartial(d)
	if err != nil {
		return nil, err
	}
	if p.By != by || s.now().After(p.Expires) {
		return nil, problem.New(problem.NotFound, "", nil)
	}
	return p, nil
}

// Abandon ends an upload and takes its pieces away. A file that was made of
// them stays.
func (s *Service) Abandon(ctx context.Context, p *Partial) error {
	err := s.store.Commit(ctx, &store.Batch{Ops: []store.Op{
		{Kind: store.Delete, Collection: partialCollection, Doc: store.Doc{ID: p.ID}, OldRev: p.Rev},
	}})
	if err != nil {
		return fmt.Errorf("abandon upload: %w", err)
	}
	return s.removeBytes(ctx, p.ID)
}

func (s *Service) expiry() time.Time { return s.now().Add(Keep).UTC().Truncate(time.Millisecond) }

func decodePartial(d store.Doc) (*Partial, error) {
	p := new(Partial)
	if err := json.Unmarshal(d.Body, p); err != nil {
		return nil, fmt.Errorf("decode upload %s: %w", d.ID, err)
	}
	p.ID, p.Rev = d.ID, d.Rev
	return p, nil
}

// op is the change that stores p; a replacement moves its revision.
func (p *Partial) op(kind store.OpKind) (store.Op, error) {
	op := store.Op{Kind: kind, Collection: partialCollection}
	if kind == store.Replace {
		op.OldRev = p.Rev
		p.Rev++
	}
	type plain Partial
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
