package files_test

import (
	"bytes"
	"strings"
	"testing"

	"weft/runtime/files"
)

func TestTheTypeIsToldFromTheBytes(t *testing.T) {
	t.Parallel()
	r := newFixture(t)
	zip := func(entry string) string {
		head := append([]byte("PK\x03\x04"), make([]byte, 26)...)
		head[26] = byte(len(entry))
		return string(head) + entry
	}
	for _, c := range []struct{ name, declared, body, want string }{
		{"a.png", "image/png", string(sample(t, "screen.png")), "image/png"},
		{"a.png", "image/png", "<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", "text/xml"},
		{"a.png", "image/png", "<!DOCTYPE html><script>x</script>", "text/html"},
		{"a.svg", "image/svg+xml", "<?xml version='1.0'?><svg/>", "text/xml"},
		{"a.docx", "", zip("[Content_Types].xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"a.docx", "", zip("evil.exe"), "application/zip"},
		{"a.odt", "", zip("mimetype") + "application/vnd.oasis.opendocument.textPK", "application/vnd.oasis.opendocument.text"},
		{"a.doc", "", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 rest", "application/msword"},
		{"a.csv", "", "name,amount\n张三,1\n", "text/csv"},
		{"a", "text/csv; charset=utf-8", "name,amount\n", "text/csv"},
		{"a.pdf", "application/pdf", "just text", "text/plain"},
		{"photo.heic", "", string(sample(t, "phone.heic")), "image/heic"},
		{"photo.heic", "", string(sample(t, "phone.avif")), "image/avif"},
		{"photo.heic", "", branded(t, "phone.heic", "mif1", "mif1heic"), "image/heic"},
		{"photo.heic", "", branded(t, "phone.heic", "miaf", "mif1heicmiaf"), "image/heic"},
		{"photo.heic", "", branded(t, "phone.heic", "heif", "mif1"), "image/heic"},
		{"photo.heic", "", branded(t, "phone.heic", "MiHB", "MA1Bmiaf"), "image/heic"},
		{"photo.avif", "", branded(t, "phone.avif", "mif1", "mif1avifmiaf"), "image/avif"},
		{"photo.avif", "", branded(t, "phone.avif", "miaf", "avif"), "image/avif"},
		{"film.mp4", "", "\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mif1mp42" + "\x00\x00\x00\x08free", "video/mp4"},
		{"film.mp4", "", "\x00\x00\x00\x18ftypXAVC\x00\x00\x00\x00mp42heic", "video/mp4"},
		{"film.mp4", "", "\x00\x00\x00\x18ftypiso8\x00\x00\x00\x00hevcmsf1", "application/octet-stream"},
		{"film.mov", "", "\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00mif1" + "\x00\x00\x00\x08heic", "application/octet-stream"},
		{"a.bin", "", "\x00\x00\x00\x14ftypnew?\x00\x00\x00\x00qt  heic", "application/octet-stream"}, // behind the box
		{"a.bin", "", "\x00\x01\x02\x03", "application/octet-stream"},
	} {
		f, err := r.Put(t.Context(), "u1", c.name, c.declared, bytes.NewBufferString(c.body), 2000)
		if err != nil || f.MediaType != c.want {
			t.Errorf("%s as %q: got %v, %v; want %s", c.name, c.declared, f, err, c.want)
		}
		if err == nil && strings.HasPrefix(c.want, "image/") && bytes.Contains(r.bytes(t, f), []byte("WEFTCANARY")) {
			t.Errorf("%s kept what was beside its pixels", c.name)
		}
	}
}

// branded is a sample of a HEIF with another main brand, compatible with others.
func branded(t *testing.T, name, brand, others string) string {
	t.Helper()
	body := sample(t, name)
	copy(body[8:], brand)
	for at := 16; at < int(body[3]); at += 4 { // the offsets in the file stay
		copy(body[at:at+4], others[(at-16)%len(others):])
	}
	return string(body)
}

func TestAccepts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		allowed string
		media   string
		want    bool
	}{
		{"", "text/html", true}, {"application/pdf", "application/pdf", true}, {"application/pdf", "text/plain", false},
		{"image/*", "image/png", true}, {"image/*", "imagex/png", false}, {"image/*", "text/xml", false}, {"*/*", "text/xml", true},
	} {
		if got := files.Accepts(strings.Fields(c.allowed), c.media); got != c.want {
			t.Errorf("%q accepts %s: %v", c.allowed, c.media, got)
		}
	}
}
