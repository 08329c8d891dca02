package files

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"github.com/google/uuid"

	"weft/runtime/problem"
	"weft/runtime/store"
)

// Put stores what r gives, at most max bytes (max > 0), as a file of user by. The answer
// comes when bytes, folder entry and document are durable. Problems: too_large
// above max, invalid for an empty file, storage_full.
//
// mediaType is what the uploader says it is; it only decides between types
// that look alike in their bytes.
func (s *Service) Put(ctx context.Context, by, name, mediaType string, r io.Reader, max int64) (*File, error) {
	f, err := s.receive(ctx, by, name, mediaType, r, max)
	if err != nil {
		return nil, err
	}
	if err := s.keep(ctx, f); err != nil {
		return nil, err
	}
	return f, nil
}

// receive stores the bytes; nothing knows of them yet.
func (s *Service) receive(ctx context.Context, by, name, mediaType string, r io.Reader, max int64) (*File, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make a file id: %w", err)
	}
	f := &File{ID: id.String(), Rev: 1, Name: CleanName(name), By: by, At: s.now().UTC().Truncate(time.Millisecond)}
	f.Loose = f.At
	if err := s.write(ctx, f, mediaType, r, max); err != nil {
		return nil, storageProblem(err)
	}
	return f, nil
}

// keep commits the file's document, and more with it.
func (s *Service) keep(ctx context.Context, f *File, more ...store.Op) error {
	doc, err := encode(*f)
	if err != nil {
		return err
	}
	err = s.store.Commit(ctx, &store.Batch{Ops: append(more, store.Op{Kind: store.Insert, Collection: Collection, Doc: doc})})
	if err != nil {
		// With an unknown outcome the bytes must stay: the document may be there.
		// Bytes without a document are swept.
		if !errors.Is(err, store.ErrUnknown) {
			_ = s.removeBytes(f.ID)
		}
		return fmt.Errorf("store file %s: %w", f.ID, err)
	}
	return nil
}

// write brings the bytes to their place: a temporary file first, so that a
// half-written one is never found under a key.
func (s *Service) write(ctx context.Context, f *File, declared string, r io.Reader, max int64) error {
	root, err := s.folder()
	if err != nil {
		return err
	}
	temp := tempName(f.ID)
	out, err := root.Create(temp)
	if err != nil {
		return fmt.Errorf("make a temporary file: %w", err)
	}
	defer func() {
		_ = out.Close()
		_ = root.Remove(temp) // gone already when all went well
	}()
	head := bufio.NewReaderSize(io.LimitReader(&contextReader{ctx, r}, max+1), 64<<10)
	start, err := head.Peek(sniffLen)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the upload: %w", err)
	}
	f.MediaType = mediaType(start, f.Name, declared)
	sum := sha256.New()
	if f.Size, err = io.Copy(io.MultiWriter(out, sum), head); err != nil {
		return fmt.Errorf("receive the upload: %w", err)
	}
	switch {
	case f.Size > max:
		return problem.New(problem.TooLarge, "upload_too_large", map[string]any{"max": max})
	case f.Size == 0:
		return problem.New(problem.Invalid, "upload_empty", nil)
	}
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	if err := out.Sync(); err != nil {
		return fmt.Errorf("flush the file: %w", err)
	}
	return s.place(root, temp, f.ID)
}

// storageProblem names the failures of a disk that a caller can act on.
func storageProblem(err error) error {
	if problem.As(err) != nil {
		return err
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return problem.Wrap(problem.StorageFull, err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, syscall.EIO):
		return problem.Wrap(problem.Unavailable, err)
	}
	return err
}

// contextReader stops reading when the caller is gone.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
