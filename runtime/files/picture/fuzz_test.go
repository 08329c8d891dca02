package picture

import (
	"bytes"
	"image"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"weft/runtime/problem"
)

// FuzzCleaned: whatever comes, cleaning ends, takes little memory, adds little,
// is the same when done again, and what could be decoded decodes to the same pixels.
func FuzzCleaned(f *testing.F) {
	for name, body := range samples(f) {
		f.Add(typeOf(name), body)
	}
	f.Add("image/webp", []byte("RIFF\x0b\x00\x00\x00WEBPVP8 GPS")) // ends within a chunk's head
	f.Add("image/heic", []byte(heifOf("Exif", noSizes+"\x01\x00"+strings.Repeat(withinAll, 256))))
	f.Add("image/heic", []byte(heifOf("mime", byteSizes+"\x00\x01"+apart+"\x00\x03\x80\x01\x7f")))
	f.Fuzz(func(t *testing.T, media string, body []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		out, e, err := cleanAll(t, media, body)
		runtime.ReadMemStats(&after)
		if used := int(after.TotalAlloc - before.TotalAlloc); used > 8<<20+64*len(body) {
			t.Fatalf("%d bytes took %d", len(body), used)
		}
		if err != nil {
			if problem.CodeOf(err) != problem.Invalid {
				t.Fatal(err)
			}
			return
		}
		if len(out) > len(body)+len(e.tiff())+32 {
			t.Fatalf("%d bytes became %d", len(body), len(out))
		}
		again, _, err := cleanAll(t, media, out)
		// Fill bytes before a marker that never comes may go.
		if err != nil || !bytes.Equal(bytes.TrimRight(again, "\xff"), bytes.TrimRight(out, "\xff")) {
			t.Fatalf("cleaned again: %v", err)
		}
		c, format, err := image.DecodeConfig(bytes.NewReader(body))
		if err != nil || c.Width*c.Height > 1<<20 || media != "image/"+format {
			return
		}
		if one, _, err := image.Decode(bytes.NewReader(body)); err == nil {
			other, _, err := image.Decode(bytes.NewReader(out))
			if err != nil || !reflect.DeepEqual(one, other) {
				t.Fatalf("other pixels: %v", err)
			}
		}
	})
}

// FuzzThumbnail: no input makes it panic, hang or take more memory than allowed.
func FuzzThumbnail(f *testing.F) {
	for name, body := range samples(f) {
		f.Add(typeOf(name), body)
	}
	m := NewMaker()
	f.Fuzz(func(t *testing.T, mediaType string, body []byte) {
		_, _, err := m.Thumbnail(t.Context(), bytes.NewReader(body), mediaType, 32)
		if code := problem.CodeOf(err); err != nil && code != problem.Invalid && code != problem.MediaType {
			t.Fatal(err)
		}
	})
}
