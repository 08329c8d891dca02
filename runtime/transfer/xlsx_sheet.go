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
	xml    *xml.Decoder
	book   *workbook
	merges map[int][]*merge // by their first row
	open   []*merge         // that reach the present row
	row    fileRow
	rows   int
}

func newSheetReader(r io.Reader, b *workbook, merges []*merge) *sheetReader {
	s := &sheetReader{xml: xml.NewDecoder(r), book: b, merges: map[int][]*merge{}}
	for _, m := range merges {
		s.merges[m.firstRow] = append(s.merges[m.firstRow], m)
	}
	return s
}

// next gives the next row that holds anything, io.EOF after the last.
func (s *sheetReader) next() (fileRow, error) {
	for {
		token, err := s.xml.RawToken()
		if err == io.EOF {
			return fileRow{}, io.EOF
		}
		if err != nil {
			return fileRow{}, partError(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "row" {
			continue
		}
		number := s.row.number + 1
		if n, err := strconv.Atoi(attr(start, "r")); err == nil {
			number = n
		}
		if number < 1 || number > maxRows+headerSearch {
			return fileRow{}, tooLarge("rows", maxRows)
		}
		s.row = fileRow{number: number}
		if err := s.readRow(); err != nil {
			return fileRow{}, err
		}
		s.fillMerged()
		if !blank(s.row.cells) || len(s.row.faults) > 0 {
			s.rows++
			return s.row, nil
		}
	}
}

func (s *sheetReader) readRow() error {
	column := 0
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
			if t.Name.Local != "c" {
				continue
			}
			if ref := attr(t, "r"); ref != "" {
				column = columnOf(ref)
			}
			if err := s.readCell(t, column); err != nil {
				return err
			}
			column++
		}
	}
}

func (s *sheetReader) readCell(start xml.StartElement, column int) error {
	c, err := s.cellContent()
	if err != nil {
		return err
	}
	kind := attr(start, "t")
	if c.raw == "" && c.inline == "" && (!c.formula || c.valued) {
		return nil
	}
	if column < 0 || column >= maxColumns {
		return tooLarge("columns", maxColumns)
	}
	text := s.book.text(kind, attr(start, "s"), c.raw, c.inline)
	s.set(column, text)
	switch {
	case c.formula && !c.valued:
		s.row.fault(column, *cellProblem("import_formula_value"))
	case kind == "e":
		s.row.fault(column, *cellProblem("import_error_value", "error", truncate(text)))
	case (kind == "" || kind == "n") && losesDigits(c.raw):
		s.row.fault(column, *cellProblem(lostDigits))
	}
	return nil
}

func (s *sheetReader) set(column int, text string) {
	for len(s.row.cells) <= column {
		s.row.cells = append(s.row.cells, "")
	}
	s.row.cells[column] = text
}

// cellContent is what the XML of a cell holds.
type cellContent struct {
	raw, inline     string
	formula, valued bool // there is <f>, there is <v>
}

// cellContent reads <f>, <v> and <is> up to the end of the cell.
func (s *sheetReader) cellContent() (c cellContent, err error) {
	var value strings.Builder
	inValue := false
	for {
		token, err := s.xml.RawToken()
		if err != nil {
			return c, partError(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			inValue = t.Name.Local == "v"
			c.valued = c.valued || inValue
			c.formula = c.formula || t.Name.Local == "f"
			if t.Name.Local == "is" {
				if c.inline, err = readRuns(s.xml, "is"); err != nil {
					return c, err
				}
			}
		case xml.CharData:
			if inValue {
				value.Write(t)
			}
		case xml.EndElement:
			inValue = false
			if t.Name.Local == "c" {
				c.raw = value.String()
				return c, nil
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
