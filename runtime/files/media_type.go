package files

import (
	"bytes"
	"encoding/binary"
	"mime"
	"net/http"
	"path"
	"strings"
)

// sniffLen is how many bytes at the start determine the type.
const sniffLen = 512

// Types that share a container and differ only by the name or the declared
// type: extension → type.
var (
	ooxml = map[string]string{
		".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	}
	oleTypes = map[string]string{
		".doc": "application/msword",
		".xls": "application/vnd.ms-excel",
		".ppt": "application/vnd.ms-powerpoint",
	}
	textTypes = map[string]string{
		".csv": "text/csv", ".md": "text/markdown", ".json": "application/json", ".txt": "text/plain",
	}
)

// mediaType detects the type of a file from its first bytes. A declared type is
// never believed against the bytes; after the name, it only distinguishes types
// of one container. Markup (HTML, SVG, XML) is never called an image or another
// kind of text, so no field for images accepts it.
func mediaType(head []byte, name, declared string) string {
	ext := strings.ToLower(path.Ext(name))
	switch {
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}):
		return among(oleTypes, ext, declared, "application/x-ole-storage")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return zipType(head, ext, declared)
	case heifType(head) != "":
		return heifType(head)
	}
	sniffed, _, err := mime.ParseMediaType(http.DetectContentType(head))
	if err != nil {
		return "application/octet-stream"
	}
	if sniffed == "text/plain" {
		if looksLikeMarkup(head) {
			return "text/xml"
		}
		return among(textTypes, ext, declared, "text/plain")
	}
	return sniffed
}

// among picks the type that the name or the declared type points to, if it is
// one of the container's types.
func among(types map[string]string, ext, declared, otherwise string) string {
	if t, ok := types[ext]; ok {
		return t
	}
	base, _, _ := mime.ParseMediaType(declared)
	for _, t := range types {
		if t == base {
			return t
		}
	}
	return otherwise
}

// zipType distinguishes office documents from other archives by their first
// entry.
func zipType(head []byte, ext, declared string) string {
	if len(head) < 30 {
		return "application/zip"
	}
	n := int(head[26]) | int(head[27])<<8
	entry := string(head[30:min(30+n, len(head))])
	if entry == "mimetype" {
		if i := bytes.Index(head, []byte("application/vnd.oasis.opendocument.")); i >= 0 {
			return string(head[i : i+len("application/vnd.oasis.opendocument.")+wordLen(head[i+len("application/vnd.oasis.opendocument."):])])
		}
		return "application/zip"
	}
	for _, first := range []string{"[Content_Types].xml", "_rels/", "docProps/", "word/", "xl/", "ppt/"} {
		if strings.HasPrefix(entry, first) {
			return among(ooxml, ext, declared, "application/zip")
		}
	}
	return "application/zip"
}

func wordLen(b []byte) int {
	for i, c := range b {
		if (c < 'a' || c > 'z') && c != '-' {
			return i
		}
	}
	return len(b)
}

// heifTypes are the types of still pictures in HEIF containers, by the brand of
// their coding.
var heifTypes = map[string]string{
	"heic": "image/heic", "heix": "image/heic", "hevc": "image/heic", "hevx": "image/heic",
	"heim": "image/heic", "heis": "image/heic", "avif": "image/avif", "avis": "image/avif",
}

// heifBrands say that a file holds still pictures of any coding.
var heifBrands = map[string]bool{"mif1": true, "mif2": true, "msf1": true, "miaf": true, "MA1A": true, "MA1B": true, "MiHA": true, "MiHB": true, "MiHE": true}

// heifType is the type of still pictures in a HEIF container, "" for other
// files. The main brand decides; if it does not say the coding, the first
// compatible brand that does. Pictures of an unknown coding count as HEIC, so
// that they are cleaned. A film may list such brands too, after its own.
func heifType(head []byte) string {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return ""
	}
	main := string(head[8:12])
	if t := heifTypes[main]; t != "" {
		return t
	}
	pictures, coded := heifBrands[main], ""
	if !pictures && (strings.HasPrefix(main, "iso") || main == "qt  " || http.DetectContentType(head) == "video/mp4") {
		return ""
	}
	for at := 16; at+4 <= min(len(head), int(binary.BigEndian.Uint32(head))); at += 4 {
		brand := string(head[at : at+4])
		pictures = pictures || heifBrands[brand]
		if coded == "" {
			coded = heifTypes[brand]
		}
	}
	if coded == "" && pictures {
		return "image/heic"
	}
	return coded
}

func looksLikeMarkup(head []byte) bool {
	start := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n")
	return bytes.HasPrefix(start, []byte("<")) || bytes.Contains(bytes.ToLower(head), []byte("<svg"))
}

// Accepts tells whether a type is among those of a field or guard, each like
// "application/pdf" or "image/*"; an empty list accepts every type.
func Accepts(allowed []string, mediaType string) bool {
	if len(allowed) == 0 {
		return true
	}
	for _, a := range allowed {
		if a == mediaType || a == "*/*" {
			return true
		}
		if family, ok := strings.CutSuffix(a, "/*"); ok && strings.HasPrefix(mediaType, family+"/") {
			return true
		}
	}
	return false
}
