package picture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// heifCleaner keeps the pictures of a HEIC or AVIF file (ISO/IEC 23008-12) and
// overwrites all other items in place, since pictures are found by their offset
// in the file. The orientation is in properties, not in Exif; the time of the
// shot is lost.
type heifCleaner struct {
	src     *bufio.Reader
	notes   *pictureInfo
	at      int64       // offset in the file
	removed []byteRange // the ranges of items that are no pictures
	meta    bool
}

// byteRange is a range of bytes, from the start of the file, and what
// overwrites it: fill, then pad.
type byteRange struct {
	from, to int64
	fill     string
	pad      byte
}

// maxHeifMeta is the greatest size in bytes of a meta box.
const maxHeifMeta = 4 << 20

func (c *heifCleaner) next() (io.Reader, error) {
	head, err := c.src.Peek(16)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	b, ok := boxHead(head)
	if !ok {
		if len(head) == 0 && c.meta {
			return nil, errEnd
		}
		return nil, errDamaged()
	}
	start := c.at
	if b.size == 0 { // to the end of the file
		b.size = 1 << 60
	}
	c.at += b.size
	switch b.name {
	case "ftyp":
		return io.LimitReader(c.src, b.size), nil
	case "meta":
		return c.metaBox(b, start)
	case "mdat":
		if !c.meta {
			return nil, errDamaged() // the index must come first
		}
		return &overwritingReader{io.LimitReader(c.src, b.size), start, c.removed}, nil
	}
	out := append([]byte(nil), head[:b.head]...)
	copy(out[4:], "free")
	_, err = c.src.Discard(b.head)
	return io.MultiReader(bytes.NewReader(out), zeroReader{io.LimitReader(c.src, b.size-int64(b.head))}), err
}

func (c *heifCleaner) metaBox(b box, start int64) (io.Reader, error) {
	if c.meta || b.size > maxHeifMeta {
		return nil, errDamaged()
	}
	body, err := readUpTo(c.src, b.size)
	if err != nil {
		return nil, err
	}
	if c.removed, err = removedRanges(body, b.head, start); err != nil {
		return nil, err
	}
	c.meta, c.notes.hasPixels = true, true // the pixels may be inside the index
	overwrite(body, start, c.removed)
	return bytes.NewReader(body), nil
}

// box is the header of a box: its size in the file with the header, 0 for "to
// the end".
type box struct {
	name string
	size int64
	head int
}

func boxHead(b []byte) (box, bool) {
	if len(b) < 8 {
		return box{}, false
	}
	h := box{name: string(b[4:8]), size: int64(binary.BigEndian.Uint32(b)), head: 8}
	if h.size == 1 {
		if len(b) < 16 || b[8] > 0x3F {
			return box{}, false
		}
		h.size, h.head = int64(binary.BigEndian.Uint64(b[8:])), 16
	}
	return h, h.size == 0 || h.size >= int64(h.head) && h.size < 1<<60
}

// overwritingReader reads bytes from an offset of the file on, with ranges
// overwritten.
type overwritingReader struct {
	src  io.Reader
	at   int64
	gone []byteRange
}

func (w *overwritingReader) Read(b []byte) (int, error) {
	n, err := w.src.Read(b)
	overwrite(b[:n], w.at, w.gone)
	w.at += int64(n)
	return n, err
}

// overwrite overwrites the parts of ranges in b, which starts at an offset of
// the file.
func overwrite(b []byte, at int64, gone []byteRange) {
	for _, r := range gone {
		for i := max(r.from-at, 0); i < min(r.to-at, int64(len(b))); i++ {
			b[i] = r.pad
			if k := at + i - r.from; k < int64(len(r.fill)) {
				b[i] = r.fill[k]
			}
		}
	}
}
