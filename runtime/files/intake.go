package files

import (
	"bufio"
	"errors"
	"io"

	"weft/runtime/files/picture"
	"weft/runtime/problem"
)

// contentReader is what is stored of an upload that begins with head: pictures are
// cleaned, unless they are to stay as they are sent. It notes in f which it was.
func (u Upload) contentReader(f *File, head *bufio.Reader) (io.Reader, error) {
	if !Accepts(u.Accept, f.MediaType) {
		return nil, problem.New(problem.MediaType, "upload_type", map[string]any{"media_type": f.MediaType, "accept": u.Accept})
	}
	if !u.KeepMetadata {
		return picture.Clean(f.MediaType, head), nil
	}
	f.HasMetadata = picture.Cleans(f.MediaType)
	return head, nil
}

// sizeLimitReader counts what is received. Its errors end the upload before anything
// can be found under the key.
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
