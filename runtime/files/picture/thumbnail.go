package picture

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"

	"weft/runtime/problem"
)

// format decodes pictures of a media type.
type format struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// formats are the types that thumbnails are made of. SVG is not among them: it
// can contain scripts.
var formats = map[string]format{
	"image/jpeg": {jpeg.DecodeConfig, jpeg.Decode},
	"image/png":  {png.DecodeConfig, png.Decode},
	"image/gif":  {gif.DecodeConfig, gif.Decode}, // the first frame
	"image/webp": {webp.DecodeConfig, webp.Decode},
	"image/bmp":  {bmp.DecodeConfig, bmp.Decode},
}

// Maker makes thumbnails, two at a time at most. It is safe for concurrent use.
type Maker struct{ memory *semaphore.Weighted }

// NewMaker makes a Maker.
func NewMaker() *Maker { return &Maker{semaphore.NewWeighted(maxTotalBytes)} }

// Thumbnail makes a picture that fits into a square of edge pixels, as JPEG, or
// as PNG when something in it is transparent. It contains nothing but pixels,
// is oriented, and never larger than the source.
//
// Problems: media_type for other files and for pictures that cannot be decoded
// here, such as HEIC; invalid for one that is damaged or would take too much
// memory. Nothing is decoded before its size is known.
func (m *Maker) Thumbnail(ctx context.Context, in io.ReadSeeker, mediaType string, edge int) (body []byte, outType string, err error) {
	f, ok := formats[mediaType]
	if !ok {
		return nil, "", problem.New(problem.MediaType, "picture_type", map[string]any{"media_type": mediaType})
	}
	src := &source{ReadSeeker: in}
	c, n, err := inspect(src, f, mediaType)
	if err != nil {
		return nil, "", err
	}
	cost := decodedBytes(mediaType, c, n)
	if cost > maxDecodedBytes || float64(c.Width)*float64(c.Height)*float64(n.scans) > maxPixelScans {
		return nil, "", problem.New(problem.Invalid, "picture_too_great", map[string]any{"width": c.Width, "height": c.Height})
	}
	share := memoryShare(cost, n)
	if err := m.memory.Acquire(ctx, share); err != nil {
		return nil, "", fmt.Errorf("wait for memory to decode a picture: %w", err)
	}
	defer m.memory.Release(share)
	if err := src.rewind(); err != nil {
		return nil, "", err
	}
	if cost > collectAbove || n.lossless {
		// Collect the garbage before another picture is decoded.
		defer runtime.GC()
	}
	return render(src, f, edge, n.exif.orientation)
}

// inspect reads what the file says about itself, decoding nothing.
func inspect(src *source, f format, mediaType string) (c image.Config, n pictureInfo, err error) {
	if c, err = f.config(bufio.NewReader(src)); err != nil {
		return c, n, src.problem(err)
	}
	if c.Width <= 0 || c.Height <= 0 {
		return c, n, errDamaged()
	}
	if err := src.rewind(); err != nil {
		return c, n, err
	}
	if _, err := io.Copy(io.Discard, clean(mediaType, bufio.NewReaderSize(src, 64<<10), &n)); err != nil {
		return c, n, src.problem(err)
	}
	return c, n, nil
}

// render decodes, scales and encodes. A decoder that panics means that the
// picture is damaged.
func render(src *source, f format, edge int, orientation uint16) (body []byte, mediaType string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &problem.Error{Code: problem.Invalid, Key: "picture_broken", Err: fmt.Errorf("decoder: %v", p)}
		}
	}()
	great, err := f.decode(bufio.NewReaderSize(src, 64<<10))
	if err != nil {
		return nil, "", src.problem(err)
	}
	small := thumbnailOf(great, edge, orientation)
	var out bytes.Buffer
	if small.Opaque() {
		mediaType, err = "image/jpeg", jpeg.Encode(&out, small, &jpeg.Options{Quality: 82})
	} else {
		mediaType, err = "image/png", png.Encode(&out, small)
	}
	if err != nil {
		return nil, "", fmt.Errorf("encode a small picture: %w", err)
	}
	return out.Bytes(), mediaType, nil
}

// source remembers read errors, to distinguish a storage that does not answer
// from a damaged picture.
type source struct {
	io.ReadSeeker
	failed error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.ReadSeeker.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err
}

func (s *source) rewind() error {
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the picture again: %w", err)
	}
	return nil
}

// problem is the error of a picture that cannot be decoded or read.
func (s *source) problem(err error) error {
	if s.failed != nil {
		return fmt.Errorf("read the picture: %w", s.failed)
	}
	return &problem.Error{Code: problem.Invalid, Key: "picture_broken", Err: err}
}
