package picture

import (
	"bytes"
	"testing"

	"weft/runtime/problem"
)

// TestAPictureShowsSomething: a head alone is no picture, data cut off are one.
func TestAPictureShowsSomething(t *testing.T) {
	t.Parallel()
	png, jpeg, gif, webp := samples(t)["screen.png"], samples(t)["phone.jpg"], samples(t)["moving.gif"], samples(t)["lossy.webp"]
	head, end := string(png[:33]), chunk("IEND", "")
	scan := bytes.Index(jpeg, []byte{0xFF, jpegSOS})
	frame := bytes.Index(jpeg, []byte{0xFF, jpegSOF0})
	data := func(body []byte, name string) int { return bytes.Index(body, []byte(name)) }
	for _, c := range []struct {
		name, file, body string
		shown            bool
	}{
		{"a PNG's name", "x.png", pngMagic, false},
		{"a PNG's head", "x.png", head, false},
		{"a PNG's head and end", "x.png", head + end, false},
		{"no data", "x.png", head + chunk("IDAT", "") + end, false},
		{"data that do not come", "x.png", string(png[:data(png, "IDAT")+4]), false},
		{"data without a head", "x.png", pngMagic + string(png[data(png, "IDAT")-4:]), false},
		{"a head that is no first chunk", "x.png", pngMagic + chunk("gAMA", "\x00\x00\xb1\x8f") + string(png[8:]), false},
		{"two heads", "x.png", head + string(png[8:]), false},
		{"a short head", "x.png", pngMagic + chunk("IHDR", "GPS") + string(png[33:]), false},
		{"the first byte of a PNG", "x.png", string(png[:data(png, "IDAT")+5]), true},
		{"a JPEG's name", "x.jpg", "\xff\xd8\xff", false},
		{"a JPEG's end", "x.jpg", "\xff\xd8\xff\xd9", false},
		{"a JPEG without a scan", "x.jpg", string(jpeg[:scan]) + "\xff\xd9", false},
		{"a scan without a frame", "x.jpg", string(jpeg[:frame]) + string(jpeg[scan:]), false},
		{"the first byte of a JPEG", "x.jpg", string(jpeg[:scan+20]), true},
		{"a GIF's name", "x.gif", "GIF89a", false},
		{"a GIF's head", "x.gif", string(gif[:13]), false},
		{"a GIF without frames", "x.gif", "GIF89a\x01\x00\x01\x00\x00\x00\x00;", false},
		{"a GIF's head and half a frame's", "x.gif", "GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00", false},
		{"the first frame of a GIF", "x.gif", "GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01", true},
		{"a WebP's head", "x.webp", string(webp[:20]), false},
		{"a WebP's head and that of its data", "x.webp", "RIFF\xff\x00\x00\x00WEBPVP8 \x99\x00\x00\x00", false},
		{"a WebP without data", "x.webp", "RIFF\x0c\x00\x00\x00WEBPVP8L\x00\x00\x00\x00", false},
		{"the first byte of a WebP", "x.webp", "RIFF\xff\x00\x00\x00WEBPVP8 \x99\x00\x00\x00\x01", true},
	} {
		out, _, err := cleanAll(t, typeOf(c.file), []byte(c.body))
		if shown := err == nil && len(out) > 0; shown != c.shown || err != nil && problem.CodeOf(err) != problem.Invalid {
			t.Errorf("%s: %.40q, %v", c.name, out, err)
		}
	}
}
