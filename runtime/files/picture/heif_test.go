package picture

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"strings"
	"testing"

	"weft/runtime/problem"
)

// boxed is a box of ISO/IEC 14496-12.
func boxed(name string, parts ...string) string {
	body := strings.Join(parts, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))) + name + body
}

// heifOf is a HEIC of one item of a type, number 1, and where the items lie.
func heifOf(item, places string) string {
	entry := boxed("infe", "\x02\x00\x00\x00", "\x00\x01", "\x00\x00", item)
	return boxed("ftyp", "heic\x00\x00\x00\x00") +
		boxed("meta", "\x00\x00\x00\x00", boxed("iinf", "\x00\x00\x00\x00\x00\x01", entry), boxed("iloc", places), boxed("idat"))
}

// Heads of an item location box: the sizes of its numbers, and how many items.
const (
	noSizes   = "\x01\x00\x00\x00\x00\x00"                 // index, offset, length and base of no byte
	byteSizes = "\x01\x00\x00\x00\x01\x40"                 // the length of one, the base of four
	withinAll = "\x00\x01\x00\x01\x00\x00\xff\xff"         // item 1, in idat, extents as many as can be
	inFileAll = "\x00\x01\x00\x00\x00\x00\xff\xff"         // the same in the file
	apart     = "\x00\x01\x00\x00\x00\x00\x01\x00\x00\x00" // item 1, in the file, from 16 MiB on
)

// TestIndexesCostWhatTheyAreLong: a few bytes name no end of ranges (S-21).
func TestIndexesCostWhatTheyAreLong(t *testing.T) {
	for _, c := range []struct {
		name, body string
		refused    bool
	}{
		{"extents of nothing", heifOf("Exif", noSizes+"\x00\x01"+withinAll), true},
		{"many of them", heifOf("Exif", noSizes+"\x01\x00"+strings.Repeat(withinAll, 256)), true},
		{"extents of nothing in the file", heifOf("Exif", noSizes+"\x00\x01"+inFileAll), true},
		{"lengths of nought", heifOf("Exif", byteSizes+"\x00\x01"+apart+"\x00\x02\x01\x00"), true},
		{"more extents than are taken", heifOf("Exif", byteSizes+"\x00\x01"+apart+"\x10\x01"+strings.Repeat("\x01", 4097)), true},
		{"as many extents as are taken", heifOf("Exif", byteSizes+"\x00\x01"+apart+"\x10\x00"+strings.Repeat("\x01", 4096)), false},
		{"more extents of all items", heifOf("Exif", byteSizes+"\x00\x11"+strings.Repeat(apart+"\x01\x00"+strings.Repeat("\x01", 256), 17)), true},
		{"pictures without a place, as many as fit", heifOf("hvc1", noSizes+"\xff\xff"+strings.Repeat(withinAll, 0xffff)), false},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := cleanAll(t, "image/heic", []byte(c.body))
		runtime.ReadMemStats(&after)
		if refused := problem.CodeOf(err) == problem.Invalid; refused != c.refused || err != nil && !refused {
			t.Errorf("%s: %v", c.name, err)
		}
		if used := int(after.TotalAlloc - before.TotalAlloc); used > 1<<20+16*len(c.body) {
			t.Errorf("%s (%d bytes) took %d", c.name, len(c.body), used)
		}
	}
}

// TestItemsToGoAreFew: so many are no picture's.
func TestItemsToGoAreFew(t *testing.T) {
	t.Parallel()
	for n, code := range map[int]problem.Code{4096: "", 4097: problem.Invalid} {
		var entries []byte
		for id := range n {
			entries = append(entries, boxed("infe", "\x02\x00\x00\x00", string(binary.BigEndian.AppendUint16(nil, uint16(id))), "\x00\x00mime")...)
		}
		count := string(binary.BigEndian.AppendUint16(nil, uint16(n)))
		body := boxed("ftyp", "heic\x00\x00\x00\x00") +
			boxed("meta", "\x00\x00\x00\x00", boxed("iinf", "\x00\x00\x00\x00", count, string(entries)), boxed("iloc", noSizes+"\x00\x00"))
		if _, _, err := cleanAll(t, "image/heic", []byte(body)); err != nil && code == "" || problem.CodeOf(err) != code && code != "" {
			t.Errorf("%d items: %v, want %q", n, err, code)
		}
	}
}

// TestRangesAreWipedOnce: what overlaps would be gone over as often as it is named.
func TestRangesAreWipedOnce(t *testing.T) {
	t.Parallel()
	gone := disjoint([]byteRange{{from: 6, to: 9}, {from: 2, to: 8, fill: "ab"}, {from: 2, to: 4, pad: '.'}, {from: 12, to: 13, fill: "z"}, {from: 20, to: 21}})
	end := int64(0)
	for _, r := range gone {
		if r.from < end || r.to <= r.from {
			t.Errorf("%+v overlaps", gone)
		}
		end = r.to
	}
	w := &overwritingReader{bytes.NewReader([]byte("0123456789012345")), 0, gone}
	if out, err := io.ReadAll(w); err != nil || string(out) != "01ab\x00\x00\x00\x00\x00901z345" {
		t.Errorf("%q, %v", out, err)
	}
}
