package transfer

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// xlsxRows reads one sheet of a workbook as a stream. Shared strings and styles
// are kept in memory, within limits; the sheet is not.
type xlsxRows struct {
	part io.ReadCloser
	*sheetReader
}

func openXLSX(f io.ReaderAt, size int64, sheet string) (*xlsxRows, string, error) {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return nil, "", unreadable("import_bad_workbook", err)
	}
	if err := checkZip(z); err != nil {
		return nil, "", err
	}
	book, err := readWorkbook(z)
	if err != nil {
		return nil, "", err
	}
	s, err := book.sheet(sheet)
	if err != nil {
		return nil, "", err
	}
	merges, err := readMerges(z, s.part)
	if err != nil {
		return nil, "", err
	}
	part, err := openPart(z, s.part, maxUnzippedBytes)
	if err != nil {
		return nil, "", err
	}
	return &xlsxRows{part, newSheetReader(part, book, merges)}, s.name, nil
}

// Close implements rowSource.
func (x *xlsxRows) Close() error { return x.part.Close() }

// checkZip refuses archives that would unpack to much more than they are,
// before anything is unpacked.
func checkZip(z *zip.Reader) error {
	if len(z.File) > maxZipEntries {
		return tooLarge("parts", maxZipEntries)
	}
	for _, f := range z.File {
		if f.UncompressedSize64 > minRatioBytes && f.UncompressedSize64 > maxRatio*max(f.CompressedSize64, 1) {
			return tooLarge("ratio", maxRatio)
		}
	}
	return nil
}

// openPart opens a part of the archive that may unpack to at most limit bytes,
// whatever its entry claims.
func openPart(z *zip.Reader, name string, limit int64) (io.ReadCloser, error) {
	for _, f := range z.File {
		if !strings.EqualFold(strings.TrimPrefix(f.Name, "/"), name) {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, unreadable("import_bad_workbook", err)
		}
		return &limitedPart{ReadCloser: r, left: limit, limit: limit}, nil
	}
	return nil, unreadable("import_bad_workbook", fmt.Errorf("part %s is missing", name))
}

// limitedPart also bounds each tag and each text of the XML, which the decoder
// keeps in memory as a whole.
type limitedPart struct {
	io.ReadCloser
	left, limit int64
	token       int // bytes since the last < or >
}

func (p *limitedPart) Read(b []byte) (int, error) {
	if p.left <= 0 {
		return 0, tooLarge("bytes", p.limit)
	}
	n, err := p.ReadCloser.Read(b[:min(int64(len(b)), p.left)])
	p.left -= int64(n)
	for _, c := range b[:n] {
		if p.token++; c == '<' || c == '>' {
			p.token = 0
		}
		if p.token > maxTokenBytes {
			return 0, tooLarge("text", maxTokenBytes)
		}
	}
	return n, err
}

// decodePart decodes a small XML part as a whole; a missing part is empty when
// optional.
func decodePart(z *zip.Reader, name string, optional bool, into any) error {
	r, err := openPart(z, name, maxPartBytes)
	if err != nil {
		if optional {
			return nil
		}
		return err
	}
	defer r.Close()
	if err := xml.NewDecoder(r).Decode(into); err != nil {
		return partError(err)
	}
	return nil
}

// partError passes the problem of a limit on; any other error means that the
// workbook is broken.
func partError(err error) error {
	if known := asProblem(err); known != nil {
		return known
	}
	if errors.Is(err, io.EOF) { // not the end of the rows, but of the file
		err = io.ErrUnexpectedEOF
	}
	return unreadable("import_bad_workbook", err)
}

func partPath(base, target string) string {
	if rest, ok := strings.CutPrefix(target, "/"); ok {
		return rest
	}
	return path.Join(path.Dir(base), target)
}
