package transfer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"weft/runtime/problem"
)

// fileRow is a row that is not empty.
type fileRow struct {
	number int // as a spreadsheet counts: the first line is 1
	cells  []string
	// faults are problems of cells by column from 0, or of the whole row (wholeRow).
	faults map[int]problem.Field
}

const wholeRow = -1

// lostDigits is the fault of a number with more digits than a workbook keeps. It
// concerns texts such as identity numbers, not numbers.
const lostDigits = "import_lost_digits"

// rowSource reads the rows of a file as a stream, without empty ones; io.EOF ends it.
type rowSource interface {
	next() (fileRow, error)
	io.Closer
}

// tableOptions say how a file is read.
type tableOptions struct {
	sheet    string // "" is the first visible one
	encoding string // of text files; "" detects it
	header   int    // number of the header row; 0 chooses it by score, else the first row
	score    func(cells []string) int
}

// headerSearch is how many rows are searched for the header.
const headerSearch = 20

// inputTable is a file with a header.
type inputTable struct {
	rowSource
	head     []string
	headRow  int
	pending  []fileRow // read while the header was searched
	rows     int
	sheet    string
	encoding textEncoding
}

var (
	zipMagic = []byte("PK\x03\x04")
	oleMagic = []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}
)

// openTable reads f as CSV or as a workbook: the first bytes tell which it is,
// not the name. f stays open.
func openTable(f *os.File, o tableOptions) (*inputTable, error) {
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
	t := &inputTable{}
	switch head = head[:n]; {
	case bytes.HasPrefix(head, zipMagic):
		t.rowSource, t.sheet, err = openXLSX(f, info.Size(), o.sheet)
	case bytes.HasPrefix(head, oleMagic):
		return nil, unreadable("import_old_workbook", nil)
	default:
		t.rowSource, t.encoding, err = openCSV(io.NewSectionReader(f, 0, info.Size()), o.encoding)
	}
	if err != nil {
		return nil, err
	}
	if err := t.findHeader(o); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// findHeader reads up to the header; rows above it are passed over.
func (t *inputTable) findHeader(o tableOptions) error {
	best, bestScore := 0, 0
	var rows []fileRow
	for len(rows) < headerSearch {
		r, err := t.rowSource.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		rows = append(rows, r)
		if o.header > 0 {
			if r.number < o.header {
				rows = nil
				continue
			}
			break
		}
		if o.score == nil {
			break
		}
		if score := o.score(trimHeader(r.cells)); score > bestScore {
			best, bestScore = len(rows)-1, score
		}
	}
	if len(rows) == 0 {
		return unreadable("import_no_header", nil)
	}
	header := rows[best]
	if fault, bad := header.faults[wholeRow]; bad {
		return problem.New(problem.Invalid, fault.Code, fault.Params)
	}
	t.head, t.headRow, t.pending = trimHeader(header.cells), header.number, rows[best+1:]
	if len(t.head) > maxColumns {
		return tooLarge("columns", maxColumns)
	}
	return nil
}

// next gives the next row below the header; io.EOF ends it.
func (t *inputTable) next() (fileRow, error) {
	if t.rows++; t.rows > maxRows+1 {
		return fileRow{}, tooLarge("rows", maxRows)
	}
	if len(t.pending) > 0 {
		r := t.pending[0]
		t.pending = t.pending[1:]
		return r, nil
	}
	r, err := t.rowSource.next()
	if err == nil && t.rows > maxRows {
		return fileRow{}, tooLarge("rows", maxRows)
	}
	return r, err
}

// trimHeader makes header texts comparable: no byte order mark, no space
// around, no trailing empty ones, and short enough to be repeated in messages.
func trimHeader(cells []string) []string {
	out := make([]string, len(cells))
	last := 0
	for i, c := range cells {
		out[i] = truncate(strings.TrimSpace(strings.TrimPrefix(c, "\uFEFF")))
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
