package picture

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/color/palette"
	"image/jpeg"
	"image/png"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/image/draw"
)

// used is how many bytes f allocates.
func used(f func()) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc - before.TotalAlloc)
}

// whole are pictures of 500 by 500 pixels, by type and what they are.
func whole(t *testing.T) map[string][]byte {
	t.Helper()
	size := image.Rect(0, 0, 500, 500)
	found := map[string][]byte{"image/webp lossless": losslessBehind(500)}
	var b bytes.Buffer
	for name, m := range map[string]image.Image{
		"gray": image.NewGray(size), "gray16": image.NewGray16(size), "rgba": image.NewRGBA(size), "nrgba64": image.NewNRGBA64(size),
		"paletted": image.NewPaletted(size, palette.WebSafe),
	} {
		b.Reset()
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		found["image/png "+name] = bytes.Clone(b.Bytes())
		if strings.HasPrefix(name, "gray") {
			found["image/png see-through "+name] = []byte(b.String()[:33] + chunk("tRNS", "\x00\x00") + b.String()[33:])
		}
		b.Reset()
		if err := jpeg.Encode(&b, m, nil); err != nil {
			t.Fatal(err)
		}
		found["image/jpeg "+name] = bytes.Clone(b.Bytes())
	}
	plain := b.String()[:2] + adobe + "\x00" + string(found["image/jpeg rgba"][2:])
	found["image/jpeg rgb"] = []byte(plain)
	return found
}

// TestDecodingTakesWhatWasTold: never more than memory says, or it would be of no use.
func TestDecodingTakesWhatWasTold(t *testing.T) {
	for name, body := range whole(t) {
		mediaType, _, _ := strings.Cut(name, " ")
		f := formats[mediaType]
		c, n, err := inspect(&source{ReadSeeker: bytes.NewReader(body)}, f, mediaType)
		if err != nil || c.Width != 500 {
			t.Fatalf("%s: %+v, %v", name, c, err)
		}
		took := used(func() { _, err = f.decode(bytes.NewReader(body)) })
		if told := decodedBytes(mediaType, c, n); err != nil || took > told+128<<10 {
			t.Errorf("%s took %.0f, told were %.0f, %v", name, took, told, err)
		}
	}
}

// TestScalingTakesLittle: nothing as large as what is sampled.
func TestScalingTakesLittle(t *testing.T) {
	great := image.NewGray(image.Rect(0, 0, 1600, 1600))
	if took := used(func() { thumbnailOf(great, 400, 0) }); took > 400*400*4+1<<20 {
		t.Errorf("it took %.0f bytes", took)
	}
}

// TestNothingIsLeftOfGreatPictures: what was decoded is not there any more when
// the next one is.
func TestNothingIsLeftOfGreatPictures(t *testing.T) {
	for name, body := range map[string][]byte{"image/png": pngOf(t, 4000, 8, 0, ""), "image/webp": losslessBehind(700)} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		if _, _, err := NewMaker().Thumbnail(t.Context(), bytes.NewReader(body), name, 100); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if left := int(after.HeapAlloc) - int(before.HeapAlloc); left > 1<<20 {
			t.Errorf("%s: %d bytes are left", name, left)
		}
	}
}

// TestBandsDoNotShow: pixels are those of a picture that is sampled at once.
func TestBandsDoNotShow(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{700, 500}, {333, 1000}, {1000, 3}, {60, 40}, {130, 130}, {128, 128}, {4000, 2}} {
		src := image.NewRGBA(image.Rectangle{Max: size})
		for i := range src.Pix {
			src.Pix[i] = byte(i * i / 7)
		}
		for y := range size.Y {
			for x := range size.X {
				src.Pix[src.PixOffset(x, y)+3] = 255
			}
		}
		if got, want := thumbnailOf(src, 64, 0), downsampledAtOnce(src, 64); !bytes.Equal(got.Pix, want.Pix) || got.Bounds() != want.Bounds() {
			t.Errorf("%v: other pixels, %v, want %v", size, got.Bounds(), want.Bounds())
		}
	}
}

// TestLosslessWebPIsDecodedAlone: its trees of codes are not told of before.
func TestLosslessWebPIsDecodedAlone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	m := NewMaker()
	if err := m.memory.Acquire(ctx, 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, _, err := m.Thumbnail(ctx, bytes.NewReader(losslessBehind(10)), "image/webp", 10); !errors.Is(err, context.Canceled) {
		t.Errorf("beside another: %v", err)
	}
	m.memory.Release(1)
	got, _, err := m.Thumbnail(t.Context(), bytes.NewReader(losslessBehind(10)), "image/webp", 10)
	if small, err2 := png.Decode(bytes.NewReader(got)); err != nil || err2 != nil || small.At(3, 3) != (color.NRGBA{}) {
		t.Errorf("alone: %v, %v", err, err2)
	}
}

// downsampledAtOnce is how scaled would do it with all the memory there is.
func downsampledAtOnce(src image.Image, edge int) *image.RGBA {
	size := src.Bounds().Size()
	w, h := size.X, size.Y
	if long := max(w, h); long > edge {
		w, h = max(1, (w*edge+long/2)/long), max(1, (h*edge+long/2)/long)
	}
	k := max(1, min(8, maxSampledEdge/max(w, h), size.X/w, size.Y/h))
	rough := image.NewRGBA(image.Rect(0, 0, k*w, k*h))
	draw.ApproxBiLinear.Scale(rough, rough.Bounds(), src, src.Bounds(), draw.Src, nil)
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	average(small, rough, k)
	return small
}
