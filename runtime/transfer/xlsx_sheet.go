package transfer

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// sheetReader reads the rows of one sheet from its XML. Rows that hold nothing
// are passed over, so a far row number costs nothing.
type sheetReader struct {
	xml   *xml.Decoder
	book  *workbook
	row   int
	cells []string
}

func newSheetReader(r io.Reader, b *workbook) *sheetReader {
	return &sheetReader{xml: xml.NewDecoder(r), book: b}
}

// next gives the next row that holds anything, io.EOF after the last.
func (s *sheetReader) next() (int, []string, error) {
	for {
		token, err := s.xml.RawToken()
		if err == io.EOF {
			return 0, nil, io.EOF
		}
		if err != nil {
			return 0, nil, partError(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "row" {
			continue
		}
		s.row++
		if n, err := strconv.Atoi(attr(start, "r")); err == nil {
			s.row = n
		}
		if s.row < 1 || s.row > maxRows+1 {
			return 0, nil, tooLarge("rows", maxRows)
		}
		if err := s.readRow(); err != nil {
			return 0, nil, err
		}
		if !blank(s.cells) {
			return s.row, s.cells, nil
		}
	}
}

func (s *sheetReader) readRow() error {
	s.cells = s.cells[:0]
	for {
		token, err := s.xml.RawToken()
		if err != nil {
			return partError(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			if t.Name.Local == "row" {
				return nil
			}
		case xml.StartElement:
			if t.Name.Local == "c" {
				if err := s.readCell(t); err != nil {
					return err
				}
			}
		}
	}
}

func (s *sheetReader) readCell(start xml.StartElement) error {
	column := len(s.cells)
	if ref := attr(start, "r"); ref != "" {
		column = columnOf(ref)
	}
	raw, inline, err := s.cellContent()
	if err != nil {
		return err
	}
	if raw == "" && inline == "" {
		return nil
	}
	if column < 0 || column >= maxColumns {
		return tooLarge("columns", maxColumns)
	}
	for len(s.cells) <= column {
		s.cells = append(s.cells, "")
	}
	s.cells[column] = s.book.text(attr(start, "t"), attr(start, "s"), raw, inline)
	return nil
}

// cellContent reads <v> and <is> up to the end of the cell.
func (s *sheetReader) cellContent() (raw, inline string, err error) {
	var value strings.Builder
	inValue := false
	for {
		token, err := s.xml.RawToken()
		if err != nil {
			return "", "", partError(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			inValue = t.Name.Local == "v"
			if t.Name.Local == "is" {
				if inline, err = readRuns(s.xml, "is"); err != nil {
					return "", "", err
				}
			}
		case xml.CharData:
			if inValue {
				value.Write(t)
			}
		case xml.EndElement:
			inValue = false
			if t.Name.Local == "c" {
				return value.String(), inline, nil
			}
		}
	}
}

// columnOf reads the letters of a cell's name: A1 is 0, AB7 is 27; -1 for none.
func columnOf(ref string) int {
	n := 0
	for _, r := range strings.ToUpper(ref) {
		if r < 'A' || r > 'Z' || n > 1<<20 {
			break
		}
		n = n*26 + int(r-'A') + 1
	}
	return n - 1
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
