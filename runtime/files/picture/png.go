package picture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// pngCleaner keeps the chunks that make the picture (PNG, third edition).
type pngCleaner struct {
	src        *bufio.Reader
	notes      *pictureInfo
	started    bool
	ended      bool
	headerSeen bool // IHDR was read
	exifDone   bool // the first eXIf chunk was processed
}

const pngMagic = "\x89PNG\r\n\x1a\n"

// maxExif is the greatest size in bytes of Exif data that is read.
const maxExif = 64 << 10

// pngExtra are the ancillary chunks that affect how the picture looks or moves.
var pngExtra = map[string]bool{
	"tRNS": true, "cHRM": true, "gAMA": true, "iCCP": true, "sBIT": true, "sRGB": true, "cICP": true, "mDCV": true, "cLLI": true,
	"bKGD": true, "hIST": true, "pHYs": true, "sPLT": true, "tIME": true, "acTL": true, "fcTL": true, "fdAT": true,
}

func (c *pngCleaner) next() (io.Reader, error) {
	if !c.started {
		c.started = true
		return io.LimitReader(c.src, int64(len(pngMagic))), nil
	}
	for !c.ended {
		head, err := c.src.Peek(8)
		if err != nil {
			return nil, endIfEOF(err)
		}
		n, name := int64(binary.BigEndian.Uint32(head)), string(head[4:])
		if n > 1<<31-1 || !isChunkName(name) {
			return nil, errDamaged()
		}
		if (name == "IHDR") == c.headerSeen {
			return nil, errDamaged() // it comes first, and only once
		}
		c.headerSeen = true
		critical := name[0]&0x20 == 0
		if critical || pngExtra[name] {
			c.ended = name == "IEND"
			return io.LimitReader(c.src, 8+n+4), c.note(name, n)
		}
		if name == "eXIf" && n <= maxExif && !c.exifDone {
			if piece, err := c.exifChunk(n); piece != nil || err != nil {
				return piece, err
			}
			continue
		}
		if err := skip(c.src, 8+n+4); err != nil {
			return nil, err
		}
	}
	return nil, errEnd
}

// note records a chunk of n bytes after its header.
func (c *pngCleaner) note(name string, n int64) error {
	switch {
	case name == "tRNS":
		c.notes.transparent = true
	case name == "IHDR" && n != 13:
		return errDamaged()
	case name == "IHDR": // its last byte is the interlace method
		head, err := c.src.Peek(8 + 13)
		if err != nil {
			return endIfEOF(err)
		}
		c.notes.interlaced = head[8+12] != 0
	case name == "IDAT" && n > 0:
		more, err := hasMore(c.src, 8)
		c.notes.hasPixels = c.notes.hasPixels || more
		return err
	}
	return nil
}

func (c *pngCleaner) exifChunk(n int64) (io.Reader, error) {
	body, err := readUpTo(c.src, 8+n+4)
	if err != nil {
		return nil, err
	}
	c.notes.exif, c.exifDone = readExif(body[8:min(8+n, int64(len(body)))]), true
	if c.notes.exif == (exif{}) {
		return nil, nil
	}
	tiff := c.notes.exif.tiff()
	out := binary.BigEndian.AppendUint32(nil, uint32(len(tiff)))
	out = append(append(out, "eXIf"...), tiff...)
	return bytes.NewReader(binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))), nil
}

func isChunkName(s string) bool {
	for _, b := range []byte(s) {
		if (b|0x20) < 'a' || (b|0x20) > 'z' {
			return false
		}
	}
	return true
}
