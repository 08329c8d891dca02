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

// xlsxTable reads one sheet of a workbook as a stream. Shared strings and
// styles are kept in memory, within limits; the sheet is not.
type xlsxTable struct {
	part  io.ReadCloser
	cells *sheetReader
	head  []string
	rows  int
}

func openXLSX(f io.ReaderAt, size int64, sheet string) (*xlsxTable, error) {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return nil, unreadable("import_bad_workbook", err)
	}
	if err := checkZip(z); err != nil {
		return nil, err
	}
	book, err := readWorkbook(z)
	if err != nil {
		return nil, err
	}
	name, err := book.part(sheet)
	if err != nil {
		return nil, err
	}
	part, err := openPart(z, name, maxUnzippedBytes)
	if err != nil {
		return nil, err
	}
	t := &xlsxTable{part: part, cells: newSheetReader(part, book)}
	_, cells, err := t.cells.next()
	if errors.Is(err, io.EOF) {
		err = unreadable("import_no_header", nil)
	}
	if err != nil {
		part.Close()
		return nil, err
	}
	t.head = trimHeader(cells)
	return t, nil
}

func (t *xlsxTable) header() []string { return t.head }

func (t *xlsxTable) next() (int, []string, error) {
	row, cells, err := t.cells.next()
	if err != nil {
		return 0, nil, err
	}
	if t.rows++; t.rows > maxRows {
		return 0, nil, tooLarge("rows", maxRows)
	}
	return row, cells, nil
}

// Close implements rowReader.
func (t *xlsxTable) Close() error { return t.part.Close() }

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

type limitedPart struct {
	io.ReadCloser
	left, limit int64
}

func (p *limitedPart) Read(b []byte) (int, error) {
	if p.left <= 0 {
		return 0, tooLarge("bytes", p.limit)
	}
	n, err := p.ReadCloser.Read(b[:min(int64(len(b)), p.left)])
	p.left -= int64(n)
	return n, err
}

// decodePart decodes a small XML part as a whole; a missing part is empty when
// optional.
func decodePart(z *zip.Reader, name string, optional bool, into any) error {
	r, err := openPart(z, name, maxSharedBytes)
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
