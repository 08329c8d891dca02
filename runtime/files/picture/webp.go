package picture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// webpCleaner keeps the chunks that make the picture (RFC 9649). The file's
// size is in its header, so removed chunks are overwritten in place.
type webpCleaner struct {
	src        *bufio.Reader
	notes      *pictureInfo
	left       int64 // bytes of the picture still to come; 0 at the start
	headerRead bool  // the file's header was read
}

// webpParts are the chunks of the picture; VP8X and EXIF are handled
// separately.
var webpParts = map[string]bool{"VP8 ": true, "VP8L": true, "ANIM": true, "ANMF": true, "ALPH": true, "ICCP": true}

// webpXMP is the flag of a VP8X chunk that announces XMP.
const webpXMP = 0x04

func (c *webpCleaner) next() (io.Reader, error) {
	if !c.headerRead {
		head, err := c.src.Peek(20)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if len(head) < 20 {
			return nil, errDamaged()
		}
		c.headerRead = true
		c.left = int64(binary.LittleEndian.Uint32(head[4:])) - 4
		if first := string(head[12:16]); c.left < 8 || first != "VP8X" && first != "VP8 " && first != "VP8L" {
			return nil, errDamaged()
		}
		return io.LimitReader(c.src, 12), nil
	}
	if c.left < 8 {
		return nil, errEnd
	}
	head, err := c.src.Peek(8)
	if err != nil {
		return nil, endIfEOF(err)
	}
	name, n := string(head[:4]), int64(binary.LittleEndian.Uint32(head[4:]))
	n = min(n+n%2, c.left-8)
	c.left -= 8 + n
	switch {
	case webpParts[name]:
		return io.LimitReader(c.src, 8+n), c.note(name, n)
	case name == "VP8X" && n > 64:
		return nil, errDamaged()
	case name == "VP8X":
		return c.header(8 + n)
	case name == "EXIF" && n <= maxExif:
		return c.exifChunk(8 + n)
	}
	out := append([]byte("JUNK"), head[4:]...)
	_, err = c.src.Discard(8)
	return io.MultiReader(bytes.NewReader(out), zeroReader{io.LimitReader(c.src, n)}), err
}

// note records a chunk of n bytes after its header.
func (c *webpCleaner) note(name string, n int64) error {
	c.notes.lossless = c.notes.lossless || name == "VP8L" || name == "ALPH"
	if n == 0 || name != "VP8 " && name != "VP8L" && name != "ANMF" {
		return nil
	}
	more, err := hasMore(c.src, 8)
	c.notes.hasPixels = c.notes.hasPixels || more
	return err
}

func (c *webpCleaner) header(n int64) (io.Reader, error) {
	b, err := readUpTo(c.src, n)
	if err == nil && len(b) > 8 {
		b[8] &^= webpXMP
	}
	return bytes.NewReader(b), err
}

func (c *webpCleaner) exifChunk(n int64) (io.Reader, error) {
	b, err := readUpTo(c.src, n)
	if err != nil {
		return nil, err
	}
	body := b[8:]
	c.notes.exif = readExif(bytes.TrimPrefix(body, []byte(exifPrefix)))
	tiff := c.notes.exif.tiff()
	clear(body)
	if len(tiff) > len(body) {
		copy(b, "JUNK")
	} else {
		copy(body, tiff)
	}
	return bytes.NewReader(b), nil
}
