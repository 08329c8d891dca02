package transfer

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
)

// rowReader reads a file as a stream of rows.
type rowReader interface {
	// header is the first row that is not empty, trimmed.
	header() []string
	// next gives the next row that is not empty and its number as a spreadsheet
	// counts (the first line is 1). The cells are valid until the next call;
	// missing cells at the end are left out. io.EOF ends it.
	next() (row int, cells []string, err error)
	io.Closer
}

var (
	zipMagic = []byte("PK\x03\x04")
	oleMagic = []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}
)

// openTable reads f as CSV or as a workbook, of which sheet is read ("" is the
// first); the first bytes tell which it is, not the name. f stays open.
func openTable(f *os.File, sheet string) (rowReader, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open import file: %w", err)
	}
	if info.Size() > maxFileBytes {
		return nil, tooLarge("bytes", maxFileBytes)
	}
	head := make([]byte, 8)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("read import file: %w", err)
	}
	switch head = head[:n]; {
	case bytes.HasPrefix(head, zipMagic):
		return openXLSX(f, info.Size(), sheet)
	case bytes.HasPrefix(head, oleMagic):
		return nil, unreadable("import_old_workbook", nil)
	}
	return openCSV(io.NewSectionReader(f, 0, info.Size()))
}

// trimHeader makes header texts comparable: no byte order mark, no space
// around, no trailing empty ones.
func trimHeader(cells []string) []string {
	out := make([]string, len(cells))
	last := 0
	for i, c := range cells {
		out[i] = strings.TrimSpace(strings.TrimPrefix(c, "\uFEFF"))
		if out[i] != "" {
			last = i + 1
		}
	}
	return out[:last]
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}
