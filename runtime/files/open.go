package files

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"weft/runtime/problem"
)

// Open finds a file and opens its bytes; not_found when either is missing.
// It does not check whether the caller may read the file.
func (s *Service) Open(ctx context.Context, id string) (io.ReadSeekCloser, *File, error) {
	found, err := s.Lookup(ctx, []string{id})
	if err != nil {
		return nil, nil, err
	}
	if len(found) == 0 {
		return nil, nil, problem.New(problem.NotFound, "", nil)
	}
	in, err := s.OpenBytes(ctx, found[0])
	if errors.Is(err, ErrNotStored) {
		return nil, nil, problem.Wrap(problem.NotFound, err)
	}
	if err != nil {
		return nil, nil, err
	}
	return in, &found[0], nil
}

// OpenBytes opens the bytes of a file; ErrNotStored when there are none.
func (s *Service) OpenBytes(ctx context.Context, f File) (io.ReadSeekCloser, error) {
	return s.storage.Open(ctx, f.ID)
}

// HasBytes tells whether the bytes of a file are stored with the right size.
func (s *Service) HasBytes(ctx context.Context, f File) (bool, error) {
	in, err := s.OpenBytes(ctx, f)
	if errors.Is(err, ErrNotStored) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer in.Close()
	size, err := in.Seek(0, io.SeekEnd)
	return size == f.Size, err
}

// ErrDiffers says that bytes are not those that a file's document describes.
var ErrDiffers = errors.New("files: the bytes are not those of the file")

// RestoreBytes stores the bytes of a file of another weft under its id;
// ErrDiffers when they are not those that f describes, and then nothing is
// stored. The document is the caller's to copy. Quotas do not count here.
func (s *Service) RestoreBytes(ctx context.Context, f File, r io.Reader) error {
	if err := s.storage.Put(ctx, f.ID, &verifyingReader{hashingReader{r: r, sum: sha256.New()}, f}); err != nil {
		return fmt.Errorf("restore file %s: %w", f.ID, err)
	}
	return nil
}

// PutDerived stores something made from a file, such as a thumbnail, under a
// word of lower-case letters and digits. It is removed with the file.
func (s *Service) PutDerived(ctx context.Context, f File, variant string, r io.Reader) error {
	if err := s.storage.Put(ctx, derivedKey(f.ID, variant), r); err != nil {
		return fmt.Errorf("store %s of file %s: %w", variant, f.ID, err)
	}
	return nil
}

// OpenDerived opens what PutDerived stored; ErrNotStored when there is nothing.
func (s *Service) OpenDerived(ctx context.Context, f File, variant string) (io.ReadSeekCloser, error) {
	return s.storage.Open(ctx, derivedKey(f.ID, variant))
}
