package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"sync"
	"testing"
	"time"

	"weft/runtime/problem"
)

// nought is a PNG of 4,000 by 4,000 pixels that are all the same.
var nought = sync.OnceValues(func() ([]byte, error) {
	var b bytes.Buffer
	err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4000, 4000)))
	return b.Bytes(), err
})

// bomb is a PNG that claims another size than it has (S-21).
func bomb(t *testing.T, w, h uint32) []byte {
	t.Helper()
	body, err := nought()
	if err != nil {
		t.Fatal(err)
	}
	out := bytes.Clone(body)
	binary.BigEndian.PutUint32(out[16:], w)
	binary.BigEndian.PutUint32(out[20:], h)
	binary.BigEndian.PutUint32(out[29:], crc32.ChecksumIEEE(out[12:29]))
	return out
}

// TestBombsAreNotDecoded: S-21.
func TestBombsAreNotDecoded(t *testing.T) {
	scans, err := png.Decode(bytes.NewReader(bomb(t, 4000, 4000)))
	if err != nil {
		t.Fatal(err)
	}
	var one bytes.Buffer
	if err := jpeg.Encode(&one, scans, nil); err != nil {
		t.Fatal(err)
	}
	sos := bytes.Index(one.Bytes(), []byte{0xFF, jpegSOS})
	many := append(append([]byte(nil), one.Bytes()[:sos]...), bytes.Repeat(one.Bytes()[sos:one.Len()-2], 100)...)
	var wide bytes.Buffer
	if err := gif.Encode(&wide, quarters(10, 10), nil); err != nil {
		t.Fatal(err)
	}
	copy(wide.Bytes()[6:], "\xff\xff\xff\xff")
	webp := bytes.Clone(samples(t)["lossless.webp"])
	copy(webp[24:], "\xff\x3f\x00\xff\x3f\x00")
	for _, c := range []struct {
		name, mediaType string
		body            []byte
	}{
		{"50,000 by 50,000 pixels", "image/png", bomb(t, 50_000, 50_000)},
		{"the most that PNG can say", "image/png", bomb(t, 1<<31-1, 1<<31-1)},
		{"a hundred scans", "image/jpeg", append(many, 0xFF, jpegEOI)},
		{"a wide GIF", "image/gif", wide.Bytes()},
		{"a wide WebP", "image/webp", webp},
		{"no pixels", "image/png", bomb(t, 0, 0)},
		{"grays of which one is transparent", "image/png", pngOf(t, 6000, 8, 0, chunk("tRNS", "\x00\x00"))},
		{"fine grays of which one is transparent", "image/png", pngOf(t, 4500, 16, 0, chunk("tRNS", "\x00\x00"))},
		{"in passes, and again without", "image/png", twoHeads(t)},
		{"lossless behind another head", "image/webp", losslessBehind(5000)},
		{"RGB by the names of its parts", "image/jpeg", jpegOf(5000, jpegSOF0, "R\x22\x00G\x11\x00B\x11\x00", "")},
		{"RGB as Adobe says", "image/jpeg", jpegOf(5000, jpegSOF0, colourParts, adobe+"\x00")},
		{"CMYK", "image/jpeg", jpegOf(4500, jpegSOF0, colourParts+"\x04\x22\x00", adobe+"\x00")},
		{"progressive, and again not", "image/jpeg", jpegOf(3800, jpegSOF0+2, colourParts, frame(3800, jpegSOF0, colourParts))},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, _, err := NewMaker().Thumbnail(t.Context(), bytes.NewReader(c.body), c.mediaType, 100)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if problem.CodeOf(err) != problem.Invalid {
			t.Errorf("%s: %v", c.name, err)
		}
		if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 16 || took > 2*time.Second {
			t.Errorf("%s (%d bytes) took %d MiB and %v", c.name, len(c.body), used, took)
		}
	}
}

// pngOf is a gray PNG of a size and depth, with more behind its head.
func pngOf(t *testing.T, edge uint32, depth, passes byte, more string) []byte {
	t.Helper()
	out := bomb(t, edge, edge)
	out[24], out[28] = depth, passes
	binary.BigEndian.PutUint32(out[29:], crc32.ChecksumIEEE(out[12:29]))
	return append(append(bytes.Clone(out[:33]), more...), out[33:]...)
}

// twoHeads is a PNG in passes, with another head at the end that has none.
func twoHeads(t *testing.T) []byte {
	t.Helper()
	out := pngOf(t, 6500, 8, 1, "")
	end := len(out) - len(chunk("IEND", ""))
	return append(append(out[:end:end], bomb(t, 6500, 6500)[8:33]...), out[end:]...)
}

// chunk is one of a PNG.
func chunk(name, body string) string {
	out := string(binary.BigEndian.AppendUint32(nil, uint32(len(body)))) + name + body
	return out + string(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(out[4:]))))
}

// losslessBehind is a lossless WebP of one colour, whose first chunk says
// nothing of that.
func losslessBehind(edge int) []byte {
	n := uint32(edge - 1)
	le := func(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }
	// No transform, no cache, one group of five codes with a single symbol each.
	pixels := "\x2f" + le(n|n<<14) + "\x88\x88\x08"
	chunks := "WEBPVP8X" + le(10) + le(0) + le(n)[:3] + le(n)[:3] + "VP8L" + le(uint32(len(pixels))) + pixels
	return []byte("RIFF" + le(uint32(len(chunks))) + chunks)
}

const (
	jpegSOF0    = 0xC0
	colourParts = "\x01\x22\x00\x02\x11\x00\x03\x11\x00"
	adobe       = "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"
)

// frame is the head of a JPEG's frame.
func frame(edge uint16, marker byte, parts string) string {
	size := string(binary.BigEndian.AppendUint16(nil, edge))
	return string([]byte{0xFF, marker, 0, byte(8 + len(parts))}) + "\x08" + size + size + string([]byte{byte(len(parts) / 3)}) + parts
}

// jpegOf is a JPEG of two scans without data, with more between them.
func jpegOf(edge uint16, marker byte, parts, more string) []byte {
	scan := []byte{0xFF, jpegSOS, 0, byte(6 + 2*len(parts)/3), byte(len(parts) / 3)}
	for i := 0; i < len(parts); i += 3 {
		scan = append(scan, parts[i], 0)
	}
	scan = append(scan, 0, 63, 0)
	if marker == jpegSOF0+2 {
		scan[len(scan)-2] = 0
	}
	return []byte("\xff\xd8" + frame(edge, marker, parts) + string(scan) + more + string(scan) + "\xff\xd9")
}
