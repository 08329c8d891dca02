package picture

import (
	"errors"
	"io"
)

// note reads the header of a frame, of n bytes, and Adobe's segment, and counts
// scans.
func (c *jpegCleaner) note(m byte, n int) error {
	if m == jpegSOS {
		c.notes.scans++
		c.notes.hasPixels = c.notes.hasPixels || c.notes.components > 0
	}
	frame := m >= 0xC0 && m <= 0xCF && m != 0xC4 && m != 0xC8 && m != 0xCC
	if !frame && m != jpegAPPE {
		return nil
	}
	head, err := c.src.Peek(min(n, 8+3*4))
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if frame {
		c.notes.frame(m, head)
	} else if len(head) > 13 && head[13] == 0 { // no colour transform
		c.notes.rgb = true
	}
	return nil
}

// frame records the header of a frame. A second one is an error, but the first
// has been decoded by then.
func (n *pictureInfo) frame(m byte, head []byte) {
	n.progressive = n.progressive || m&3 == 2
	all, most, parts, names := 0, 1, 0, ""
	for i := 8; i+3 <= len(head); i += 3 {
		size := int(head[i+1]>>4) * int(head[i+1]&15)
		all, most = all+size, max(most, size)
		parts, names = parts+1, names+string(head[i:i+1])
	}
	n.samples, n.components = max(n.samples, float64(all)/float64(most)), max(n.components, parts)
	n.rgb = n.rgb || names == "RGB"
}
