package picture

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"strings"
	"sync"
	"testing"

	"golang.org/x/image/bmp"

	"weft/runtime/problem"
)

func thumbnail(t *testing.T, mediaType string, body []byte, edge int) (image.Image, string) {
	t.Helper()
	out, media, err := NewMaker().Thumbnail(t.Context(), bytes.NewReader(body), mediaType, edge)
	if err != nil {
		t.Fatal(err)
	}
	m, format, err := image.Decode(bytes.NewReader(out))
	if err != nil || media != "image/"+format {
		t.Fatalf("%s as %s, %v", format, media, err)
	}
	for _, trace := range append(traces, "Exif") {
		if bytes.Contains(out, []byte(trace)) {
			t.Errorf("it holds %q", trace)
		}
	}
	return m, media
}

func TestPicturesBecomeSmall(t *testing.T) {
	t.Parallel()
	for name, body := range samples(t) {
		if name == "phone.heic" || name == "phone.avif" {
			continue
		}
		m, media := thumbnail(t, typeOf(name), body, 24)
		upright := name == "phone.jpg" || name == "progressive.jpg" || name == "screen.png" || strings.HasSuffix(name, ".webp")
		want := image.Rect(0, 0, 24, 16)
		if upright {
			want = image.Rect(0, 0, 16, 24)
		}
		if m.Bounds() != want {
			t.Errorf("%s: %v", name, m.Bounds())
		}
		if see := name == "screen.png" || name == "lossless.webp"; see != (media == "image/png") {
			t.Errorf("%s became %s", name, media)
		}
		if m, _ := thumbnail(t, typeOf(name), body, 1000); m.Bounds().Dx()+m.Bounds().Dy() != 48+32 {
			t.Errorf("%s grew to %v", name, m.Bounds())
		}
	}
	var b bytes.Buffer
	if err := bmp.Encode(&b, quarters(4000, 30)); err != nil {
		t.Fatal(err)
	}
	if m, _ := thumbnail(t, "image/bmp", b.Bytes(), 100); m.Bounds() != image.Rect(0, 0, 100, 1) {
		t.Errorf("a long one: %v", m.Bounds())
	}
}

var corners = []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}}

// quarters is a picture of a red, a green, a blue and a white quarter.
func quarters(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, corners[2*y/h*2+2*x/w])
		}
	}
	return m
}

// TestPicturesStandUpright: the corners, read as a book, by orientation.
func TestPicturesStandUpright(t *testing.T) {
	t.Parallel()
	for i, want := range []string{"rgbw", "rgbw", "grwb", "wbgr", "bwrg", "rbgw", "brwg", "wgbr", "gwrb", "rgbw"} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, quarters(80, 40), nil); err != nil {
			t.Fatal(err)
		}
		tiff := exif{orientation: uint16(i)}.tiff()
		body := append([]byte("\xff\xd8\xff\xe1\x00"), byte(2+6+len(tiff)))
		body = append(append(append(body, exifPrefix...), tiff...), b.Bytes()[2:]...)
		m, _ := thumbnail(t, "image/jpeg", body, 40)
		var got []byte
		size := m.Bounds().Size()
		for _, p := range []image.Point{{size.X / 4, size.Y / 4}, {size.X * 3 / 4, size.Y / 4}, {size.X / 4, size.Y * 3 / 4}, {size.X * 3 / 4, size.Y * 3 / 4}} {
			r, g, b, _ := m.At(p.X, p.Y).RGBA()
			name := map[[3]bool]byte{{true, false, false}: 'r', {false, true, false}: 'g', {false, false, true}: 'b', {true, true, true}: 'w'}
			got = append(got, name[[3]bool{r > 1<<15, g > 1<<15, b > 1<<15}])
		}
		if string(got) != want || (size.X > size.Y) != (i < 5 || i == 9) {
			t.Errorf("orientation %d: %s, want %s, in %v", i, got, want, size)
		}
	}
}

func TestNoThumbnails(t *testing.T) {
	t.Parallel()
	broken := errors.New("the storage is down")
	png := samples(t)["screen.png"]
	for _, c := range []struct {
		name, mediaType string
		in              io.ReadSeeker
		code            problem.Code
	}{
		{"a drawing", "image/svg+xml", strings.NewReader("<svg/>"), problem.MediaType},
		{"markup", "text/xml", strings.NewReader("<svg/>"), problem.MediaType},
		{"what cannot be decoded", "image/heic", bytes.NewReader(samples(t)["phone.heic"]), problem.MediaType},
		{"damaged", "image/png", bytes.NewReader(png[:len(png)/2]), problem.Invalid},
		{"of another type", "image/jpeg", bytes.NewReader(png), problem.Invalid},
		{"empty", "image/gif", strings.NewReader(""), problem.Invalid},
		{"not to be read", "image/png", lost{broken}, problem.Internal},
	} {
		if _, _, err := NewMaker().Thumbnail(t.Context(), c.in, c.mediaType, 100); problem.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

type lost struct{ err error }

func (l lost) Read([]byte) (int, error)       { return 0, l.err }
func (l lost) Seek(int64, int) (int64, error) { return 0, nil }

// TestTwoAreMadeAtATime: a third waits, and gives up with its caller.
func TestTwoAreMadeAtATime(t *testing.T) {
	t.Parallel()
	m := NewMaker()
	body := samples(t)["screen.png"]
	ctx, cancel := context.WithCancel(t.Context())
	if err := m.memory.Acquire(ctx, maxTotalBytes/2+1); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, _, err := m.Thumbnail(ctx, bytes.NewReader(body), "image/png", 10); !errors.Is(err, context.Canceled) {
		t.Errorf("without memory: %v", err)
	}
	m.memory.Release(maxTotalBytes/2 + 1)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, _, err := m.Thumbnail(t.Context(), bytes.NewReader(body), "image/png", 10); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
