package picture

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// jpegCleaner keeps the segments that make the picture (ITU-T T.81, annex B),
// JFIF, the colour profile and Adobe's colour transform.
type jpegCleaner struct {
	src      *bufio.Reader
	notes    *pictureInfo
	started  bool
	ended    bool
	exifDone bool // the first Exif segment was processed
}

// Markers.
const (
	jpegSOI  = 0xD8
	jpegEOI  = 0xD9
	jpegSOS  = 0xDA
	jpegAPP0 = 0xE0
	jpegAPP1 = 0xE1
	jpegAPP2 = 0xE2
	jpegAPPE = 0xEE
)

const exifPrefix = "Exif\x00\x00"

func (c *jpegCleaner) next() (io.Reader, error) {
	for !c.ended {
		m, err := c.marker()
		if err != nil {
			return nil, err
		}
		switch {
		case !c.started:
			if m != jpegSOI {
				return nil, errDamaged()
			}
			c.started = true
			return bytes.NewReader([]byte{0xFF, m}), nil
		case m == jpegEOI:
			c.ended = true
			return bytes.NewReader([]byte{0xFF, m}), nil
		case m == jpegSOI:
			return nil, errDamaged()
		case m == 0x01, m >= 0xD0 && m <= 0xD7:
			return bytes.NewReader([]byte{0xFF, m}), nil
		case m == 0:
			continue // a stuffed byte outside a scan, which decoders skip
		}
		if piece, err := c.segment(m); piece != nil || err != nil {
			return piece, err
		}
	}
	return nil, errEnd
}

// marker finds the next one. Decoders skip bytes between segments, so these are
// left out.
func (c *jpegCleaner) marker() (byte, error) {
	var last byte
	for {
		b, err := c.src.ReadByte()
		if errors.Is(err, io.EOF) {
			return 0, errEnd
		}
		if err != nil {
			return 0, err
		}
		if last == 0xFF && b != 0xFF {
			return b, nil
		}
		last = b
	}
}

// segment reads a segment with a length; nil when it is removed.
func (c *jpegCleaner) segment(m byte) (io.Reader, error) {
	size, err := c.src.Peek(2)
	if err != nil {
		return nil, endIfEOF(err)
	}
	n := int64(size[0])<<8 | int64(size[1])
	if n < 2 {
		return nil, errDamaged()
	}
	if m == jpegAPP1 {
		return c.exifSegment(n)
	}
	keep, err := c.keeps(m, n)
	if err != nil {
		return nil, err
	}
	if !keep {
		return nil, skip(c.src, n)
	}
	if m == jpegAPP0 {
		return c.jfifSegment(n)
	}
	if err := c.note(m, int(n)); err != nil {
		return nil, err
	}
	head := bytes.NewReader([]byte{0xFF, m})
	if m == jpegSOS {
		return io.MultiReader(head, io.LimitReader(c.src, n), scan{c.src}), nil
	}
	return io.MultiReader(head, io.LimitReader(c.src, n)), nil
}

// keeps tells whether a segment of n bytes is kept.
func (c *jpegCleaner) keeps(m byte, n int64) (bool, error) {
	var prefix string
	switch {
	case m == jpegAPP0:
		prefix = "JFIF\x00"
	case m == jpegAPP2:
		prefix = "ICC_PROFILE\x00"
	case m == jpegAPPE:
		prefix = "Adobe"
	default: // application data, extensions and comments are removed
		return m >= 0xC0 && m <= 0xDF, nil
	}
	if n < int64(2+len(prefix)) {
		return false, nil
	}
	head, err := c.src.Peek(2 + len(prefix))
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return len(head) == 2+len(prefix) && string(head[2:]) == prefix, nil
}

// jfifSegment keeps the fields before the preview, and sets its size to zero.
func (c *jpegCleaner) jfifSegment(n int64) (io.Reader, error) {
	const size = 16
	body, err := readUpTo(c.src, min(n, size))
	if err != nil {
		return nil, err
	}
	if len(body) == size {
		body[0], body[1], body[size-2], body[size-1] = 0, size, 0, 0
	}
	return bytes.NewReader(append([]byte{0xFF, jpegAPP0}, body...)), skip(c.src, n-int64(len(body)))
}

// exifSegment replaces the first one that holds Exif data.
func (c *jpegCleaner) exifSegment(n int64) (io.Reader, error) {
	body, err := readUpTo(c.src, n)
	if err != nil {
		return nil, err
	}
	body = body[2:]
	if c.exifDone || !bytes.HasPrefix(body, []byte(exifPrefix)) {
		return nil, nil
	}
	c.notes.exif, c.exifDone = readExif(body[len(exifPrefix):]), true
	if c.notes.exif == (exif{}) {
		return nil, nil
	}
	out := append([]byte{0xFF, jpegAPP1, 0, 0}, exifPrefix...)
	out = append(out, c.notes.exif.tiff()...)
	out[2], out[3] = byte((len(out)-2)>>8), byte(len(out)-2)
	return bytes.NewReader(out), nil
}

// endIfEOF is err, or errEnd where the file ends.
func endIfEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return errEnd
	}
	return err
}

// scan reads entropy-coded data up to the next marker that does not belong to it.
type scan struct{ src *bufio.Reader }

func (s scan) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		k, err := s.readRun(b[n:])
		n += k
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// readRun reads up to the next byte 255, or what this byte stands for.
func (s scan) readRun(b []byte) (int, error) {
	head, err := s.src.Peek(2)
	if len(head) == 0 {
		return 0, err
	}
	if head[0] == 0xFF {
		switch {
		case len(head) < 2:
			return 0, io.EOF
		case head[1] == 0xFF:
			head = head[:1]
		case head[1] != 0 && (head[1] < 0xD0 || head[1] > 0xD7):
			return 0, io.EOF
		}
	} else {
		if head, err = s.src.Peek(min(s.src.Buffered(), len(b))); err != nil {
			return 0, err
		}
		if i := bytes.IndexByte(head, 0xFF); i >= 0 {
			head = head[:i]
		}
	}
	n := copy(b, head)
	_, err = s.src.Discard(n)
	return n, err
}
