package transfer

import (
	"io"
	"strings"
	"unicode/utf8"

	"weft/runtime/problem"
)

// csvRows reads delimited text: comma, semicolon or tab, as the first line shows.
type csvRows struct {
	scanner *csvScanner
	guessed bool // the encoding is a guess: U+FFFD means undecodable bytes
}

func openCSV(r io.ReadSeeker, encoding string) (*csvRows, textEncoding, error) {
	text, e, err := decodeText(r, encoding)
	if err != nil {
		return nil, e, err
	}
	s := &csvScanner{r: text, line: 1}
	return &csvRows{s, e.guessed || encoding != ""}, e, s.chooseDelimiter()
}

// Close implements rowSource.
func (c *csvRows) Close() error { return nil }

func (c *csvRows) next() (fileRow, error) {
	for {
		record, err := c.scanner.next()
		if err != nil {
			return fileRow{}, err
		}
		if record.problem != nil {
			return fileRow{number: record.line, faults: map[int]problem.Field{wholeRow: *record.problem}}, nil
		}
		cells := record.cells
		if len(cells) > maxColumns && !blank(cells[maxColumns:]) {
			return fileRow{}, tooLarge("columns", maxColumns)
		}
		if blank(cells) {
			continue
		}
		row := fileRow{number: record.line, cells: cells}
		for i, text := range cells {
			cells[i] = unquoteFormula(text)
			if c.guessed && strings.Contains(text, "\uFFFD") || !utf8.ValidString(text) {
				row.fault(i, *cellProblem("import_encoding"))
			}
		}
		return row, nil
	}
}

func (r *fileRow) fault(column int, p problem.Field) {
	if r.faults == nil {
		r.faults = map[int]problem.Field{}
	}
	r.faults[column] = p
}
