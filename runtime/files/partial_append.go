package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"weft/runtime/problem"
	"weft/runtime/store"
)

// pieceSize is how much is received before it is kept as a piece.
const pieceSize = 16 << 20

// lastPieceTime is how long storing what arrived before a connection broke may
// take. While the caller waits there is no such limit.
const lastPieceTime = 10 * time.Second

// AppendPartial reads bytes of p from r, the first of which belongs at offset.
// Pieces are stored as they come, so what arrived before the connection broke is
// kept, and p tells how much. With the last byte the whole becomes a file, as if
// it had come at once, and only then the last piece counts: an upload whose
// Offset is its Length is a file. Problems: conflict for another offset or while
// another call appends, too_large for bytes beyond the length, and those of
// Store; a file that is refused ends the upload.
func (s *Service) AppendPartial(ctx context.Context, p *PartialUpload, offset int64, r io.Reader) (*File, error) {
	if offset != p.Offset {
		return nil, problem.New(problem.Conflict, "upload_offset", map[string]any{"offset": p.Offset})
	}
	if p.File != "" {
		return s.FinishedFile(ctx, p)
	}
	next := new(spool)
	defer next.close()
	for {
		left := p.Length - p.Offset
		last, broken := next.fill(io.LimitReader(r, left+1), pieceSize)
		n := next.size
		if n == left && !last && broken == nil {
			m, _ := r.Read(make([]byte, 1))
			n += int64(m)
		}
		switch {
		case n > left:
			return nil, problem.New(problem.TooLarge, "upload_beyond", map[string]any{"length": p.Length})
		case n == left:
			return s.finishPartial(ctx, p, next.body())
		case n > 0:
			if err := s.addPiece(ctx, p, next.body(), n); err != nil {
				return nil, err
			}
		}
		if broken != nil {
			return nil, fmt.Errorf("receive a piece: %w", broken)
		}
		if last {
			return nil, nil //nolint:nilnil // more has to come
		}
	}
}

// FinishedFile is the file that a finished upload became; not_found when it was swept.
func (s *Service) FinishedFile(ctx context.Context, p *PartialUpload) (*File, error) {
	found, err := s.Lookup(ctx, []string{p.File})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, problem.New(problem.NotFound, "", nil)
	}
	return &found[0], nil
}

// addPiece stores a piece and then commits it to the document. The caller may
// be gone already: what arrived is kept all the same.
func (s *Service) addPiece(ctx context.Context, p *PartialUpload, body io.Reader, size int64) error {
	if len(p.Pieces) >= maxPieces {
		return problem.New(problem.Invalid, "upload_pieces", map[string]any{"max": maxPieces})
	}
	ctx, cancel := outlive(ctx, lastPieceTime)
	defer cancel()
	word := uuid.NewString()
	key := derivedKey(p.ID, word)
	if err := s.storage.Put(ctx, key, body); err != nil {
		return err
	}
	next := *p
	next.Offset += size
	next.Pieces = append(next.Pieces[:len(p.Pieces):len(p.Pieces)], word)
	next.Expires = s.expiry()
	if err := partialTable.Save(ctx, s.db, &next); err != nil {
		if !errors.Is(err, store.ErrUnknown) {
			_ = s.storage.Remove(ctx, key)
		}
		return raceProblem(err)
	}
	*p = next
	return nil
}

// raceProblem names the errors that a concurrent append or cancellation causes:
// the row has changed or the pieces are gone.
func raceProblem(err error) error {
	if errors.Is(err, store.ErrConflict) || errors.Is(err, ErrNotStored) {
		return &problem.Error{Code: problem.Conflict, Key: "upload_elsewhere", Err: err}
	}
	return err
}

// finishPartial makes a file of the pieces and the last bytes, which were not stored.
func (s *Service) finishPartial(ctx context.Context, p *PartialUpload, last io.Reader) (*File, error) {
	whole := &piecesReader{ctx: ctx, storage: s.storage, id: p.ID, words: p.Pieces}
	defer whole.close()
	f, err := s.storeBytes(ctx, p.Upload, io.MultiReader(whole, last))
	if err != nil {
		return nil, s.cancelIfRefused(ctx, p, raceProblem(err))
	}
	next := *p
	next.Offset, next.File, next.Pieces, next.Expires = p.Length, f.ID, nil, s.expiry()
	op, err := partialTable.Put(next)
	if err != nil {
		return nil, err
	}
	if err := s.commitReserved(ctx, f, p.reserved(), op); err != nil {
		return nil, s.cancelIfRefused(ctx, p, raceProblem(err))
	}
	next.Rev = op.Doc.Rev
	*p = next
	// Pieces that cannot be removed now are removed when the upload expires.
	_ = s.removeBytes(ctx, p.ID)
	return f, nil
}

// cancelIfRefused ends an upload whose file can never be accepted.
func (s *Service) cancelIfRefused(ctx context.Context, p *PartialUpload, err error) error {
	switch problem.CodeOf(err) {
	case problem.Invalid, problem.TooLarge, problem.MediaType:
		_ = s.CancelPartial(context.WithoutCancel(ctx), p)
	}
	return err
}

// piecesReader reads the pieces of an upload one after the other.
type piecesReader struct {
	ctx     context.Context
	storage Storage
	id      string
	words   []string
	open    io.ReadCloser
}

func (r *piecesReader) Read(p []byte) (int, error) {
	for {
		if r.open == nil {
			if len(r.words) == 0 {
				return 0, io.EOF
			}
			in, err := r.storage.Open(r.ctx, derivedKey(r.id, r.words[0]))
			if err != nil {
				return 0, fmt.Errorf("read a piece: %w", err)
			}
			r.open, r.words = in, r.words[1:]
		}
		n, err := r.open.Read(p)
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		r.close()
		if n > 0 {
			return n, nil
		}
	}
}

func (r *piecesReader) close() {
	if r.open != nil {
		_ = r.open.Close()
		r.open = nil
	}
}
