package files

import (
	"context"
	"encoding/hex"
	"errors"
	"hash"
	"io"

	"weft/runtime/problem"
)

// sizeLimitReader refuses empty and too large uploads. Its errors end a Put
// before anything can be found under the key.
type sizeLimitReader struct {
	r         io.Reader
	max, size int64 // bytes
}

func (l *sizeLimitReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.size += int64(n)
	switch {
	case l.size > l.max:
		return 0, problem.New(problem.TooLarge, "upload_too_large", map[string]any{"max": l.max})
	case errors.Is(err, io.EOF) && l.size == 0:
		return 0, problem.New(problem.Invalid, "upload_empty", nil)
	}
	return n, err
}

// hashingReader counts and hashes what is read.
type hashingReader struct {
	r    io.Reader
	size int64 // bytes
	sum  hash.Hash
}

func (m *hashingReader) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.size += int64(n)
	m.sum.Write(p[:n])
	return n, err
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

// contextReader stops reading when the context ends.
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
