// Package picture processes pictures: it removes what tells where and by whom
// they were taken, and makes thumbnails. It reads nothing but the bytes that it
// is given and keeps a bounded part of them in memory.
package picture

import (
	"bufio"
	"errors"
	"io"

	"weft/runtime/problem"
)

// Clean returns the bytes of a picture without what its camera or program wrote
// in addition to the pixels: position, names, comments, previews, and anything
// after the picture's end. Pixels, colour profile, orientation and the time of
// the shot stay (HEIC and AVIF lose the time). The code lists what stays, not
// what is removed, since positions hide in many places: Exif, XMP, maker notes,
// appended films.
//
// Files of other types are returned unchanged. The whole of src is read in
// either case; memory is bounded whatever the file claims. A picture that
// cannot be parsed is a problem, invalid: it must not be stored uncleaned. So
// is one that ends before its pixels begin; one that is truncated later is
// accepted. The buffer of src must hold 32 bytes.
func Clean(mediaType string, src *bufio.Reader) io.Reader {
	return clean(mediaType, src, &pictureInfo{})
}

// pictureInfo is what cleaning learns about a picture.
type pictureInfo struct {
	exif      exif
	hasPixels bool // bytes of pixels were found
	// Of a JPEG: whether it is progressive, how many components and samples a
	// pixel has, whether they may be red, green and blue, and how many scans it
	// has.
	progressive, rgb bool
	components       int
	samples          float64
	scans            int
	// Of a PNG: whether it is interlaced, and whether a colour is transparent.
	interlaced, transparent bool
	lossless                bool // a lossless WebP or its alpha channel
}

// clean is Clean that fills in n.
func clean(mediaType string, src *bufio.Reader, n *pictureInfo) io.Reader {
	var next func() (io.Reader, error)
	switch mediaType {
	case "image/jpeg":
		next = (&jpegCleaner{src: src, notes: n}).next
	case "image/png":
		next = (&pngCleaner{src: src, notes: n}).next
	case "image/webp":
		next = (&webpCleaner{src: src, notes: n}).next
	case "image/gif":
		next = (&gifCleaner{src: src, notes: n}).next
	case "image/heic", "image/avif":
		next = (&heifCleaner{src: src, notes: n}).next
	default:
		return src
	}
	return &segmentReader{src: src, next: next, notes: n}
}

// Cleans tells whether Clean parses files of a type.
func Cleans(mediaType string) bool {
	switch mediaType {
	case "image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "image/avif":
		return true
	}
	return false
}

// errDamaged is the problem of a picture that cannot be parsed.
func errDamaged() error { return problem.New(problem.Invalid, "picture_broken", nil) }

// errEnd is what a cleaner's next returns at the end of the picture; what
// follows in the file is read and dropped.
var errEnd = errors.New("end of the picture")

// segmentReader reads what next returns, one reader after the other.
type segmentReader struct {
	src     *bufio.Reader
	next    func() (io.Reader, error)
	notes   *pictureInfo
	current io.Reader
	err     error
}

func (p *segmentReader) Read(b []byte) (int, error) {
	for len(b) > 0 && p.err == nil {
		if p.current == nil {
			if p.current, p.err = p.next(); p.err != nil {
				break
			}
		}
		n, err := p.current.Read(b)
		if err != nil {
			p.current = nil
			if err != io.EOF { //nolint:errorlint // readers return it unwrapped
				p.err = err
			}
		}
		if n > 0 {
			return n, nil
		}
	}
	if errors.Is(p.err, errEnd) {
		if p.err = io.EOF; !p.notes.hasPixels {
			p.err = errDamaged()
		}
		if _, err := io.Copy(io.Discard, p.src); err != nil {
			p.err = err
		}
	}
	return 0, p.err
}

// readUpTo reads n bytes, fewer at the end of the file.
func readUpTo(src *bufio.Reader, n int64) ([]byte, error) {
	return io.ReadAll(io.LimitReader(src, n))
}

// hasMore tells whether bytes follow after a header of n bytes.
func hasMore(src *bufio.Reader, n int) (bool, error) {
	_, err := src.Peek(n + 1)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil, err
}

// skip drops n bytes, fewer at the end of the file.
func skip(src *bufio.Reader, n int64) error {
	_, err := io.Copy(io.Discard, io.LimitReader(src, n))
	return err
}

// zeroReader reads as many zeros as src has bytes.
type zeroReader struct{ src io.Reader }

func (z zeroReader) Read(b []byte) (int, error) {
	n, err := z.src.Read(b)
	clear(b[:n])
	return n, err
}
