package picture

import (
	"encoding/binary"
	"regexp"
)

// exif is the part of a picture's Exif data that is kept: nothing that tells
// where or by whom it was taken.
type exif struct {
	orientation uint16 // 1 to 8, see Exif 2.32, 4.6.4.A; 0 when unknown
	changed     string // DateTime, "2026:01:31 09:00:00"
	taken       string // DateTimeOriginal
	offset      string // OffsetTimeOriginal, "+08:00"
}

// The tags that are read. The tag of positions (GPS, 0x8825) is not among them.
const (
	tagOrientation = 0x0112
	tagDateTime    = 0x0132
	tagExifIFD     = 0x8769
	tagTaken       = 0x9003
	tagOffset      = 0x9011
)

const (
	typeASCII = 2
	typeShort = 3
	typeLong  = 4
)

var (
	exifTime   = regexp.MustCompile(`^[0-9]{4}:[0-9]{2}:[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$`)
	exifOffset = regexp.MustCompile(`^[+-][0-9]{2}:[0-9]{2}$`)
)

// readExif reads a TIFF structure as Exif uses it. Invalid entries are skipped.
func readExif(tiff []byte) exif {
	var e exif
	if len(tiff) < 8 {
		return e
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	var sub uint32
	eachEntry(tiff, order, order.Uint32(tiff[4:]), func(tag, kind uint16, count uint32, value []byte) {
		switch {
		case tag == tagOrientation && kind == typeShort:
			if o := order.Uint16(value); o >= 1 && o <= 8 {
				e.orientation = o
			}
		case tag == tagDateTime:
			e.changed = matching(exifTime, asciiValue(tiff, order, kind, count, value))
		case tag == tagExifIFD && kind == typeLong:
			sub = order.Uint32(value)
		}
	})
	if sub != 0 {
		eachEntry(tiff, order, sub, func(tag, kind uint16, count uint32, value []byte) {
			switch tag {
			case tagTaken:
				e.taken = matching(exifTime, asciiValue(tiff, order, kind, count, value))
			case tagOffset:
				e.offset = matching(exifOffset, asciiValue(tiff, order, kind, count, value))
			}
		})
	}
	return e
}

// eachEntry calls f for the entries of the directory at an offset; value has
// the four bytes of the entry's value or of its offset.
func eachEntry(tiff []byte, order binary.ByteOrder, at uint32, f func(tag, kind uint16, count uint32, value []byte)) {
	if uint64(at)+2 > uint64(len(tiff)) {
		return
	}
	rest := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(rest) < 12 {
			return
		}
		f(order.Uint16(rest), order.Uint16(rest[2:]), order.Uint32(rest[4:]), rest[8:12])
		rest = rest[12:]
	}
}

// asciiValue is the text of an entry without its final NUL; "" when it is no
// text or longer than any that is kept.
func asciiValue(tiff []byte, order binary.ByteOrder, kind uint16, count uint32, value []byte) string {
	if kind != typeASCII || count <= 4 || count > 32 {
		return ""
	}
	at := uint64(order.Uint32(value))
	if at+uint64(count) > uint64(len(tiff)) {
		return ""
	}
	return string(tiff[at : at+uint64(count)-1])
}

func matching(form *regexp.Regexp, s string) string {
	if form.MatchString(s) {
		return s
	}
	return ""
}

// tiff writes a TIFF structure with what is kept, and nothing else.
func (e exif) tiff() []byte {
	main := directory{}
	if e.orientation != 0 {
		main.short(tagOrientation, e.orientation)
	}
	main.text(tagDateTime, e.changed)
	sub := directory{}
	sub.text(tagTaken, e.taken)
	sub.text(tagOffset, e.offset)
	out := []byte("MM\x00*\x00\x00\x00\x08")
	if len(sub) > 0 {
		main = append(main, entry{tag: tagExifIFD, kind: typeLong, count: 1})
		main[len(main)-1].value = binary.BigEndian.AppendUint32(nil, uint32(8+main.size()))
	}
	out = main.append(out)
	if len(sub) > 0 {
		out = sub.append(out)
	}
	return out
}

// directory is an image file directory to be written, sorted by tag.
type directory []entry

type entry struct {
	tag, kind uint16
	count     uint32
	value     []byte // 4 bytes are stored in the entry, more after the directory
}

func (d *directory) short(tag, v uint16) {
	*d = append(*d, entry{tag, typeShort, 1, []byte{byte(v >> 8), byte(v), 0, 0}})
}

func (d *directory) text(tag uint16, s string) {
	if s != "" {
		*d = append(*d, entry{tag, typeASCII, uint32(len(s) + 1), append([]byte(s), 0)})
	}
}

// size in bytes, with the values after it.
func (d directory) size() int {
	n := 2 + 12*len(d) + 4
	for _, e := range d {
		if len(e.value) > 4 {
			n += len(e.value) + len(e.value)%2
		}
	}
	return n
}

func (d directory) append(out []byte) []byte {
	behind := len(out) + 2 + 12*len(d) + 4
	out = binary.BigEndian.AppendUint16(out, uint16(len(d)))
	var values []byte
	for _, e := range d {
		out = binary.BigEndian.AppendUint16(out, e.tag)
		out = binary.BigEndian.AppendUint16(out, e.kind)
		out = binary.BigEndian.AppendUint32(out, e.count)
		if len(e.value) == 4 {
			out = append(out, e.value...)
			continue
		}
		out = binary.BigEndian.AppendUint32(out, uint32(behind+len(values)))
		values = append(values, e.value...)
		if len(e.value)%2 == 1 {
			values = append(values, 0)
		}
	}
	out = append(out, 0, 0, 0, 0) // no further directory
	return append(out, values...)
}
