package picture

import (
	"bufio"
	"bytes"
	"errors"
	"image"
	"image/gif"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	_ "golang.org/x/image/webp"

	"weft/runtime/problem"
)

// samples are pictures as Pillow and libheif write them, each with a position,
// names, comments and more beside the pixels. All of it holds the canary.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	err := fs.WalkDir(os.DirFS("testdata"), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		found[path], err = os.ReadFile("testdata/" + path)
		return err
	})
	if err != nil || len(found) < 10 {
		t.Fatalf("%d samples, %v", len(found), err)
	}
	return found
}

// typeOf is the media type of a sample by its extension.
func typeOf(name string) string {
	return "image/" + strings.Replace(name[strings.LastIndexByte(name, '.')+1:], "jpg", "jpeg", 1)
}

const canary = "WEFTCANARY"

// traces are what a position or the one who was there would be found by.
var traces = []string{canary, "GPS", "31.2304", "31,13", "\x00\x00\x00\x1f\x00\x00\x00\x01", "\x1f\x00\x00\x00\x01\x00\x00\x00", "\x25\x88\x04\x00", "\x88\x25\x00\x04"}

func cleanAll(t testing.TB, mediaType string, body []byte) ([]byte, exif, error) {
	t.Helper()
	var n pictureInfo
	out, err := io.ReadAll(clean(mediaType, bufio.NewReader(bytes.NewReader(body)), &n))
	return out, n.exif, err
}

func TestPicturesLoseTheirPosition(t *testing.T) {
	t.Parallel()
	shot := exif{changed: "2026:01:31 09:00:01", taken: "2026:01:31 09:00:00", offset: "+08:00"}
	turned := map[string]uint16{"phone.jpg": 6, "progressive.jpg": 8, "restarts.jpg": 3, "cmyk.jpg": 1, "screen.png": 6, "lossy.webp": 6, "lossless.webp": 6}
	for name, body := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !bytes.Contains(body, []byte(canary)) {
				t.Fatal("the sample holds no canary")
			}
			out, e, err := cleanAll(t, typeOf(name), body)
			if err != nil {
				t.Fatal(err)
			}
			for _, trace := range traces {
				if bytes.Contains(out, []byte(trace)) {
					t.Errorf("%q is still there", trace)
				}
			}
			want := exif{}
			if o, ok := turned[name]; ok {
				want = shot
				want.orientation = o
			}
			if e != want {
				t.Errorf("kept %+v, want %+v", e, want)
			}
			samePixels(t, body, out)
			again, kept, err := cleanAll(t, typeOf(name), out)
			if err != nil || !bytes.Equal(again, out) || kept != want {
				t.Errorf("cleaned again it differs: %+v, %v", kept, err)
			}
			slow, err := io.ReadAll(Clean(typeOf(name), bufio.NewReaderSize(iotest.OneByteReader(bytes.NewReader(body)), 32)))
			if err != nil || !bytes.Equal(slow, out) {
				t.Errorf("read byte by byte it differs: %v", err)
			}
		})
	}
}

// TestThePreviewInAHeadGoes: JFIF may hold one itself.
func TestThePreviewInAHeadGoes(t *testing.T) {
	t.Parallel()
	plain := samples(t)["phone.jpg"]
	want, _, err := cleanAll(t, "image/jpeg", plain)
	if err != nil || string(plain[2:11]) != "\xff\xe0\x00\x10JFIF\x00" {
		t.Fatalf("the sample begins with %q, %v", plain[2:11], err)
	}
	preview := bytes.Repeat([]byte(canary), 3)[:3*5*2]
	for _, size := range []string{"\x05\x02", "\x00\x00"} { // told, or only behind
		body := string(plain[:4]) + "\x00\x2e" + string(plain[6:18]) + size + string(preview) + string(plain[20:])
		if out, _, err := cleanAll(t, "image/jpeg", []byte(body)); err != nil || !bytes.Equal(out, want) {
			t.Errorf("preview of %q: %.60q, %v", size, out, err)
		}
	}
}

// samePixels compares what Go decodes; it cannot decode HEIC and AVIF, of which
// the bytes of the pictures are compared in TestHEIFPicturesStay.
func samePixels(t *testing.T, a, b []byte) {
	t.Helper()
	one, format, err := image.Decode(bytes.NewReader(a))
	if errors.Is(err, image.ErrFormat) {
		return
	}
	other, _, err2 := image.Decode(bytes.NewReader(b))
	if err != nil || err2 != nil || !reflect.DeepEqual(one, other) {
		t.Errorf("other pixels: %v, %v", err, err2)
	}
	if format == "gif" {
		one, err := gif.DecodeAll(bytes.NewReader(a))
		other, err2 := gif.DecodeAll(bytes.NewReader(b))
		if err != nil || err2 != nil || !reflect.DeepEqual(one, other) {
			t.Errorf("other frames: %v, %v", err, err2)
		}
	}
}

// TestHEIFPicturesStay: only the items that are no pictures differ.
func TestHEIFPicturesStay(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"phone.heic", "phone.avif"} {
		body := samples(t)[name]
		out, _, err := cleanAll(t, typeOf(name), body)
		if err != nil || len(out) != len(body) {
			t.Fatalf("%s: %d bytes of %d, %v", name, len(out), len(body), err)
		}
		var gone []byte
		for i := range body {
			if body[i] != out[i] {
				gone = append(gone, body[i])
			}
		}
		// Exif and XMP of the sample have more than 900 bytes, the coded picture about 100.
		if len(gone) < 400 || !bytes.Contains(gone, []byte(canary)) || bytes.Contains(gone, []byte("mdat")) {
			t.Errorf("%s: %d bytes went: %q", name, len(gone), gone)
		}
		meta := bytes.Index(body, []byte("meta"))
		if at := bytes.Index(body, []byte("mdat")); !bytes.Equal(body[:at+4], out[:at+4]) || meta < 0 {
			t.Errorf("%s: something before the media data changed", name)
		}
	}
}

func TestWhatIsNoPictureStaysAsItIs(t *testing.T) {
	t.Parallel()
	for _, media := range []string{"application/pdf", "text/plain", "text/xml", "image/bmp", "video/mp4", ""} {
		out, _, err := cleanAll(t, media, []byte("any GPS"))
		if err != nil || string(out) != "any GPS" || Cleans(media) {
			t.Errorf("%s became %q, %v", media, out, err)
		}
	}
}

func TestPicturesThatCannotBeTakenApartAreRefused(t *testing.T) {
	t.Parallel()
	jpeg, heic := samples(t)["phone.jpg"], samples(t)["phone.heic"]
	ftyp, mdat := bytes.Index(heic, []byte("meta"))-4, bytes.Index(heic, []byte("mdat"))-4
	metaLate := append(append(append([]byte(nil), heic[:ftyp]...), heic[mdat:]...), heic[ftyp:mdat]...)
	avif := bytes.Clone(samples(t)["phone.avif"])
	iloc := bytes.Index(avif, []byte("iloc")) + 4
	copy(avif[iloc+8+2*14+6:], "\x00\x00\x00\x04") // where the third of three items lies
	for _, c := range []struct{ name, file, body string }{
		{"a segment of no length", "x.jpg", "\xff\xd8\xff\xe1\x00\x00GPS"},
		{"a picture in a picture", "x.jpg", "\xff\xd8" + string(jpeg)},
		{"a chunk without a name", "x.png", pngMagic + "\x00\x00\x00\x0d\x00HDR"},
		{"a chunk beyond all bounds", "x.png", pngMagic + "\xff\xff\xff\xffIHDR"},
		{"a block of an unknown kind", "x.gif", "GIF89a\x01\x00\x01\x00\x00\x00\x00\x99GPS"},
		{"media before its index", "x.heic", string(metaLate)},
		{"an index without items", "x.heic", string(heic[:ftyp]) + "\x00\x00\x00\x0cmeta\x00\x00\x00\x00"},
		{"an index cut off", "x.avif", string(heic[:100])},
		{"another chunk first", "x.webp", "RIFF\x20\x00\x00\x00WEBPEXIF\x04\x00\x00\x00GPS!"},
		{"an item in its own index", "x.avif", string(avif)},
		{"no index", "x.heic", string(heic[:ftyp]) + "\x00\x00\x00\x0cmoovGPS!"},
	} {
		out, _, err := cleanAll(t, typeOf(c.file), []byte(c.body))
		if problem.CodeOf(err) != problem.Invalid || strings.Contains(string(out), "GPS") {
			t.Errorf("%s: %q, %v", c.name, out, err)
		}
	}
}

func TestReadErrorsAreNoEndOfThePicture(t *testing.T) {
	t.Parallel()
	broken := errors.New("the line went dead")
	for name, body := range samples(t) {
		for cut := 0; cut < len(body); cut += 41 {
			src := bufio.NewReader(io.MultiReader(bytes.NewReader(body[:cut]), iotest.ErrReader(broken)))
			if _, err := io.Copy(io.Discard, Clean(typeOf(name), src)); !errors.Is(err, broken) {
				t.Fatalf("%s cut at %d: %v", name, cut, err)
			}
		}
	}
}

func TestPicturesCutOffShowNothingEither(t *testing.T) {
	t.Parallel()
	for name, body := range samples(t) {
		for cut := 12; cut < len(body); cut += 7 {
			out, _, err := cleanAll(t, typeOf(name), body[:cut])
			if bytes.Contains(out, []byte(canary)) || bytes.Contains(out, []byte("GPS")) || err != nil && problem.CodeOf(err) != problem.Invalid {
				t.Fatalf("%s cut at %d: %v", name, cut, err)
			}
		}
	}
}
