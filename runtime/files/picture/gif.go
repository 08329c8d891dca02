package picture

import (
	"bufio"
	"errors"
	"io"
)

// gifCleaner keeps the blocks that make the picture (GIF89a) and the loop
// count, and removes comments and blocks of applications, XMP included.
type gifCleaner struct {
	src            *bufio.Reader
	notes          *pictureInfo
	started, ended bool
}

func (c *gifCleaner) next() (io.Reader, error) {
	if !c.started {
		c.started = true
		return c.withTable(13, 10)
	}
	for !c.ended {
		head, err := c.src.Peek(2)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		switch {
		case len(head) == 0:
			return nil, errEnd
		case head[0] == 0x3B:
			c.ended = true
			return io.LimitReader(c.src, 1), nil
		case len(head) < 2:
			return nil, errEnd
		case head[0] == 0x2C:
			picture, err := c.withTable(10, 9)
			if err != nil {
				return nil, err
			}
			c.notes.hasPixels = true
			// The minimum code size comes before the data.
			return io.MultiReader(picture, io.LimitReader(c.src, 1), &subBlocks{src: c.src}), nil
		case head[0] != 0x21:
			return nil, errDamaged()
		}
		keep, err := c.keeps(head[1])
		if err != nil {
			return nil, err
		}
		block := io.MultiReader(io.LimitReader(c.src, 2), &subBlocks{src: c.src})
		if keep {
			return block, nil
		}
		if _, err := io.Copy(io.Discard, block); err != nil {
			return nil, err
		}
	}
	return nil, errEnd
}

// withTable reads a header of n bytes and the colour table that the flags in
// its byte at describe.
func (c *gifCleaner) withTable(n, at int) (io.Reader, error) {
	head, err := c.src.Peek(n)
	if err != nil {
		return nil, endIfEOF(err)
	}
	size := int64(n)
	if flags := head[at]; flags&0x80 != 0 {
		size += 3 << (flags&7 + 1)
	}
	return io.LimitReader(c.src, size), nil
}

// keeps tells whether an extension is kept, by its label.
func (c *gifCleaner) keeps(label byte) (bool, error) {
	switch label {
	case 0xF9, 0x01: // how a frame is drawn; plain text
		return true, nil
	case 0xFF:
		head, err := c.src.Peek(14)
		if err != nil && !errors.Is(err, io.EOF) {
			return false, err
		}
		return len(head) == 14 && (string(head[3:]) == "NETSCAPE2.0" || string(head[3:]) == "ANIMEXTS1.0"), nil
	}
	return false, nil
}

// subBlocks reads blocks with a length up to the one of length zero.
type subBlocks struct {
	src  *bufio.Reader
	left int
	last bool
}

func (s *subBlocks) Read(b []byte) (int, error) {
	if s.left == 0 {
		if s.last || len(b) == 0 {
			return 0, io.EOF
		}
		n, err := s.src.ReadByte()
		if err != nil {
			return 0, err
		}
		s.left, s.last = int(n), n == 0
		b[0] = n
		return 1, nil
	}
	n, err := s.src.Read(b[:min(len(b), s.left)])
	s.left -= n
	return n, err
}
