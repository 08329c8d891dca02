package files_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"
	"strings"
	"testing"

	"weft/runtime/files"
	"weft/runtime/problem"
)

func sample(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile("picture/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func (r fixture) bytes(t *testing.T, f *files.File) []byte {
	t.Helper()
	in, _, err := r.Open(t.Context(), f.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	body, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestPicturesAreStoredWithoutTheirPosition(t *testing.T) {
	t.Parallel()
	forEachStorage(t, func(t *testing.T, r fixture) {
		for _, name := range []string{"phone.jpg", "screen.png", "lossy.webp", "moving.gif", "phone.heic", "phone.avif"} {
			sent := sample(t, name)
			f := r.put(t, name, string(sent))
			got := r.bytes(t, f)
			sum := sha256.Sum256(got)
			if f.HasMetadata || f.Size != int64(len(got)) || f.SHA256 != hex.EncodeToString(sum[:]) || bytes.Contains(got, []byte("WEFTCANARY")) || len(got) == 0 {
				t.Errorf("%s: %+v, %d bytes", name, f, len(got))
			}
			whole, err := r.Store(t.Context(), files.Upload{By: "u1", Name: name, MaxSize: 1 << 20, KeepMetadata: true}, bytes.NewReader(sent))
			if err != nil || !whole.HasMetadata || !bytes.Equal(r.bytes(t, whole), sent) {
				t.Errorf("%s as it was sent: %+v, %v", name, whole, err)
			}
		}
		text, err := r.Store(t.Context(), files.Upload{By: "u1", Name: "a.txt", MaxSize: 10, KeepMetadata: true}, strings.NewReader("no picture"))
		if err != nil || text.HasMetadata {
			t.Errorf("a text: %+v, %v", text, err)
		}
	})
}

// TestLimitsOfAnUpload: what counts is what was sent, and what the bytes are.
func TestLimitsOfAnUpload(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	photo := sample(t, "phone.jpg")
	for _, c := range []struct {
		name   string
		upload files.Upload
		body   []byte
		code   problem.Code
	}{
		{"all right", files.Upload{MaxSize: int64(len(photo)), Accept: []string{"image/*"}}, photo, ""},
		{"a byte too many, though fewer are kept", files.Upload{MaxSize: int64(len(photo)) - 1}, photo, problem.TooLarge},
		{"behind the end of the picture", files.Upload{MaxSize: int64(len(photo))}, append(bytes.Clone(photo), 'x'), problem.TooLarge},
		{"another type", files.Upload{MaxSize: 1 << 20, Accept: []string{"application/pdf", "image/png"}}, photo, problem.MediaType},
		{"another type under its name", files.Upload{MaxSize: 1 << 20, Name: "a.pdf", MediaType: "application/pdf", Accept: []string{"application/pdf"}}, photo, problem.MediaType},
		{"markup as a picture", files.Upload{MaxSize: 1 << 20, Name: "a.png", MediaType: "image/png", Accept: []string{"image/*"}}, []byte(`<svg onload="alert(1)"/>`), problem.MediaType},
		{"a damaged picture", files.Upload{MaxSize: 1 << 20}, []byte("\xff\xd8\xff\xe1\x00\x00"), problem.Invalid},
		{"the name of a PNG", files.Upload{MaxSize: 1 << 20}, []byte("\x89PNG\r\n\x1a\n"), problem.Invalid},
		{"the name of a JPEG", files.Upload{MaxSize: 1 << 20}, []byte("\xff\xd8\xff"), problem.Invalid},
		{"the name of a GIF", files.Upload{MaxSize: 1 << 20}, []byte("GIF89a"), problem.Invalid},
		{"a picture cut off", files.Upload{MaxSize: 1 << 20}, photo[:len(photo)-100], ""},
	} {
		c.upload.By = "u1"
		before := len(r.keys(t))
		_, err := r.Store(t.Context(), c.upload, bytes.NewReader(c.body))
		if c.code != "" && problem.CodeOf(err) != c.code || c.code == "" && err != nil {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
		if left := len(r.keys(t)) - before; err != nil && left != 0 {
			t.Errorf("%s: left %d behind", c.name, left)
		}
	}
}

func TestThumbnailsAreKeptAndGoWithTheirFile(t *testing.T) {
	t.Parallel()
	forEachStorage(t, func(t *testing.T, r fixture) {
		f := r.put(t, "phone.jpg", string(sample(t, "phone.jpg")))
		var first []byte
		for i := range 2 {
			in, media, err := r.Thumbnail(t.Context(), *f, "small")
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(in)
			if err := in.Close(); err != nil {
				t.Error(err)
			}
			m, _, err2 := image.Decode(bytes.NewReader(body))
			if err != nil || err2 != nil || media != "image/jpeg" || m.Bounds() != image.Rect(0, 0, 32, 48) {
				t.Fatalf("%d: %s, %v, %v", i, media, err, err2)
			}
			if i == 1 && !bytes.Equal(body, first) {
				t.Error("the kept one is another")
			}
			first = body
		}
		if kept, err := r.OpenDerived(t.Context(), *f, "small"); err != nil {
			t.Errorf("it was not kept: %v", err)
		} else if err := kept.Close(); err != nil {
			t.Error(err)
		}
		if _, _, err := r.Thumbnail(t.Context(), *f, "../x"); problem.CodeOf(err) != problem.Invalid {
			t.Errorf("another size: %v", err)
		}
		r.sweepAll(t)
		for _, key := range r.keys(t) {
			if strings.HasPrefix(key, f.ID) {
				t.Errorf("left behind: %s", key)
			}
		}
		if _, _, err := r.Thumbnail(t.Context(), *f, "medium"); problem.CodeOf(err) != problem.NotFound {
			t.Errorf("of a file that is gone: %v", err)
		}
	})
}
