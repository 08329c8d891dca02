package files

import (
	"context"
	"errors"
	"fmt"
	"io"

	"weft/runtime/problem"
)

// Open finds a file and opens its bytes; not_found when either is missing.
// Whether the caller may read it is not asked here.
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

// PutDerived keeps something made from a file, such as a smaller image, under a
// word of lower-case letters and digits. It goes when the file goes.
func (s *Service) PutDerived(ctx context.Context, f File, variant string, r io.Reader) error {
	if err := s.storage.Put(ctx, derivedKey(f.ID, variant), r); err != nil {
		return fmt.Errorf("keep %s of file %s: %w", variant, f.ID, err)
	}
	return nil
}

// OpenDerived opens what PutDerived kept; ErrNotStored when there is nothing.
func (s *Service) OpenDerived(ctx context.Context, f File, variant string) (io.ReadSeekCloser, error) {
	return s.storage.Open(ctx, derivedKey(f.ID, variant))
}
