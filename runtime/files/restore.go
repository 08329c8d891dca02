package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// ErrDiffers says that bytes are not those that a file's document describes.
var ErrDiffers = errors.New("files: the bytes are not those of the file")

// RestoreBytes puts the bytes of a file of another weft under its id; ErrDiffers when
// they are not those that f describes, and then nothing is kept. The document
// is the caller's to copy. Quotas do not count here.
func (s *Service) RestoreBytes(ctx context.Context, f File, r io.Reader) error {
	if err := s.storage.Put(ctx, f.ID, &verifyingReader{hashingReader{r: r, sum: sha256.New()}, f}); err != nil {
		return fmt.Errorf("import file %s: %w", f.ID, err)
	}
	return nil
}

// HasBytes tells whether the bytes of a file are there with the right size.
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

// verifyingReader fails at its end unless it gave what a file's document describes.
type verifyingReader struct {
	hashingReader
	f File
}

func (v *verifyingReader) Read(p []byte) (int, error) {
	n, err := v.hashingReader.Read(p)
	if errors.Is(err, io.EOF) && (v.size != v.f.Size || hex.EncodeToString(v.sum.Sum(nil)) != v.f.SHA256) || v.size > v.f.Size {
		return n, ErrDiffers
	}
	return n, err
}
