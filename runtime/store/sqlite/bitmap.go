package sqlite

import (
	"encoding/binary"
	"math/bits"
)

// Documents of a collection are numbered (seq); a bitmap is a set of such
// numbers, divided into blocks so that a change of one document is small.
const (
	blockBits  = 12
	blockSize  = 1 << blockBits // numbers in a block
	blockWords = blockSize / 64
)

type block [blockWords]uint64

// bitmap is a set of blocks by number; a nil block is empty.
type bitmap []*block

func (b bitmap) has(seq int64) bool {
	i := int(seq >> blockBits)
	if seq < 0 || i >= len(b) || b[i] == nil {
		return false
	}
	return b[i][seq%blockSize/64]&(1<<(seq%64)) != 0
}

func (b bitmap) count() int {
	n := 0
	for _, k := range b {
		n += k.count()
	}
	return n
}

func (k *block) count() int {
	if k == nil {
		return 0
	}
	n := 0
	for _, w := range k {
		n += bits.OnesCount64(w)
	}
	return n
}

// at returns a block for writing.
func (b *bitmap) at(chunk int) *block {
	for len(*b) <= chunk {
		*b = append(*b, nil)
	}
	if (*b)[chunk] == nil {
		(*b)[chunk] = new(block)
	}
	return (*b)[chunk]
}

// and is the intersection; b is changed.
func (b bitmap) and(o bitmap) bitmap {
	for i := range b {
		switch {
		case b[i] == nil:
		case i >= len(o) || o[i] == nil:
			b[i] = nil
		default:
			for w := range b[i] {
				b[i][w] &= o[i][w]
			}
		}
	}
	return b
}

// or is the union; b is changed and may share blocks with o.
func (b bitmap) or(o bitmap) bitmap {
	for i := range o {
		switch {
		case o[i] == nil:
		case i >= len(b):
			b = append(b, o[i])
			continue
		case b[i] == nil:
			b[i] = o[i]
		default:
			for w := range b[i] {
				b[i][w] |= o[i][w]
			}
		}
		if i >= len(b) {
			b = append(b, nil)
		}
	}
	return b
}

// each calls fn for every member in ascending order.
func (b bitmap) each(fn func(seq int64)) {
	for i, k := range b {
		if k == nil {
			continue
		}
		for w, word := range k {
			for ; word != 0; word &= word - 1 {
				fn(int64(i)<<blockBits | int64(w)<<6 | int64(bits.TrailingZeros64(word)))
			}
		}
	}
}

// Encodings of a stored block.
const (
	formList = 0 // differences between members, as varints
	formBits = 1 // the bits themselves
)

// encode writes a block in the shorter encoding.
func (k *block) encode(buf []byte) []byte {
	buf = append(buf[:0], formList)
	last := 0
	for w, word := range k {
		for ; word != 0; word &= word - 1 {
			n := w<<6 | bits.TrailingZeros64(word)
			buf = binary.AppendUvarint(buf, uint64(n-last))
			last = n
			if len(buf) > blockWords*8 {
				return k.encodeBits(buf)
			}
		}
	}
	return buf
}

func (k *block) encodeBits(buf []byte) []byte {
	buf = append(buf[:0], formBits)
	for _, w := range k {
		buf = binary.LittleEndian.AppendUint64(buf, w)
	}
	return buf
}

// merge adds the members of a stored block and ignores damaged ones.
func (k *block) merge(data []byte) {
	switch {
	case len(data) == 1+blockWords*8 && data[0] == formBits:
		for w := range k {
			k[w] |= binary.LittleEndian.Uint64(data[1+8*w:])
		}
	case len(data) > 0 && data[0] == formList:
		n := uint64(0)
		for data = data[1:]; len(data) > 0; {
			d, size := binary.Uvarint(data)
			if n += d; size <= 0 || n >= blockSize {
				return
			}
			k[n/64] |= 1 << (n % 64)
			data = data[size:]
		}
	}
}

// bitmaps are the sets that the running statement can refer to by number.
type bitmaps []bitmap

func (s bitmaps) has(i int, seq int64) bool { return i < len(s) && s[i].has(seq) }
