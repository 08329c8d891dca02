package picture

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// maxHeifRemoved is how many items, and how many of their ranges, are
// overwritten at most: each is compared whenever bytes are read.
const maxHeifRemoved = 4096

// heifPictures are the types of items that are pictures or combine others.
var heifPictures = map[string]bool{
	"hvc1": true, "lhv1": true, "hvt1": true, "av01": true, "avc1": true, "vvc1": true, "jpeg": true, "j2k1": true, "unci": true,
	"grid": true, "iovl": true, "iden": true, "tmap": true,
}

// removedRanges reads the meta box of a HEIF file, with its header of a given
// length and its offset in the file, and returns the ranges of items that are
// no pictures. An item that cannot be located is a problem.
func removedRanges(meta []byte, head int, start int64) ([]byteRange, error) {
	if len(meta) < head+4 {
		return nil, errDamaged()
	}
	var infos, places, data *cursor
	for rest, at := meta[head+4:], head+4; len(rest) > 0; {
		h, ok := boxHead(rest)
		if !ok || h.size == 0 || h.size > int64(len(rest)) {
			return nil, errDamaged()
		}
		p := &cursor{bytes: rest[h.head:h.size], at: start + int64(at+h.head)}
		switch h.name {
		case "iinf":
			infos = p
		case "iloc":
			places = p
		case "idat":
			data = p
		}
		rest, at = rest[h.size:], at+int(h.size)
	}
	if infos == nil || places == nil {
		return nil, errDamaged()
	}
	other := removedItems(infos)
	gone := itemLocations(places, data, other)
	if infos.short || places.short {
		return nil, errDamaged()
	}
	for _, r := range gone { // after the index, or in the data inside it
		inside := data != nil && r.from >= data.at && r.to <= data.at+int64(len(data.bytes))
		if !inside && r.from < start+int64(len(meta)) {
			return nil, errDamaged()
		}
	}
	return disjoint(gone), nil
}

// disjoint sorts ranges and cuts off overlaps, so that no byte is overwritten
// twice. Of two the one that begins first keeps its fill.
func disjoint(all []byteRange) []byteRange {
	slices.SortStableFunc(all, func(a, b byteRange) int { return cmp.Compare(a.from, b.from) })
	var apart []byteRange
	end := int64(0)
	for _, r := range all {
		if r.from < end {
			r.from, r.fill = end, ""
		}
		if r.from < r.to {
			apart, end = append(apart, r), r.to
		}
	}
	return apart
}

// cursor reads numbers from bytes; short says that it ran out of bytes.
type cursor struct {
	bytes []byte
	at    int64 // offset of the first byte in the file
	short bool
}

// uint reads a number of n bytes, 0 to 8.
func (p *cursor) uint(n int) int64 {
	if len(p.bytes) < n {
		p.short = true
		p.bytes = nil
		return 0
	}
	var b [8]byte
	copy(b[8-n:], p.bytes[:n])
	p.bytes = p.bytes[n:]
	v := int64(binary.BigEndian.Uint64(b[:]))
	if v < 0 || v > 1<<60 {
		p.short = true
		return 0
	}
	return v
}

// pick is a or b, depending on the version of a box.
func pick(is bool, a, b int) int {
	if is {
		return a
	}
	return b
}

// Readers accept an Exif item without entries and an empty XMP packet.
const (
	emptyExif = "\x00\x00\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00"
	emptyXMP  = `<x:xmpmeta xmlns:x="adobe:ns:meta/"/>`
)

// removedItems reads the item information box: the items that are no pictures
// and what overwrites them.
func removedItems(p *cursor) map[int64]byteRange {
	version := p.uint(4) >> 24
	gone := map[int64]byteRange{}
	for range p.uint(pick(version == 0, 2, 4)) {
		h, ok := boxHead(p.bytes)
		if p.short || !ok || h.size == 0 || h.size > int64(len(p.bytes)) {
			p.short = true
			break
		}
		e := &cursor{bytes: p.bytes[h.head:h.size]}
		p.bytes = p.bytes[h.size:]
		v := e.uint(4) >> 24
		id := e.uint(pick(v == 3, 4, 2))
		e.uint(2) // protection
		name := string(binary.BigEndian.AppendUint32(nil, uint32(e.uint(4))))
		switch {
		case v < 2:
			gone[id] = byteRange{}
		case name == "Exif":
			gone[id] = byteRange{fill: emptyExif}
		case name == "mime":
			gone[id] = byteRange{fill: emptyXMP, pad: ' '}
		case !heifPictures[name]:
			gone[id] = byteRange{}
		}
		p.short = p.short || e.short || len(gone) > maxHeifRemoved
	}
	return gone
}
