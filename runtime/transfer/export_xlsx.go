package transfer

import (
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"weft/runtime/problem"
)

// maxCellUnits is the longest text of a workbook's cell, in UTF-16 units.
const maxCellUnits = 32_767

// xlsxWriter writes a workbook with one sheet. Texts are typed string cells, so
// none is a formula; the workbook is written at the end.
type xlsxWriter struct {
	w      io.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	date   int // style of days
	time   int // style of times
	rows   int
	cells  []any
}

func newXLSXWriter(w io.Writer) *xlsxWriter { return &xlsxWriter{w: w} }

func (x *xlsxWriter) header(titles []string) error {
	if x.file != nil {
		return nil
	}
	x.file = excelize.NewFile()
	var err error
	for format, style := range map[string]*int{"yyyy-mm-dd": &x.date, "yyyy-mm-dd hh:mm:ss": &x.time} {
		if *style, err = x.file.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			return fmt.Errorf("write export: %w", err)
		}
	}
	if x.stream, err = x.file.NewStreamWriter(x.file.GetSheetName(0)); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	line := make([]cell, len(titles))
	for i, t := range titles {
		line[i] = cell{text: t}
	}
	return x.row(line)
}

func (x *xlsxWriter) row(cells []cell) error {
	if x.rows++; x.rows > maxRows+1 {
		return tooLarge("rows", maxRows)
	}
	x.cells = x.cells[:0]
	for _, c := range cells {
		v, err := x.value(c)
		if err != nil {
			return err
		}
		x.cells = append(x.cells, v)
	}
	if err := x.stream.SetRow("A"+strconv.Itoa(x.rows), x.cells); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

// value types a cell. A number that a double cannot hold exactly stays a text.
func (x *xlsxWriter) value(c cell) (any, error) {
	switch {
	case c.text == "":
		return nil, nil
	case c.number:
		if f, err := strconv.ParseFloat(c.text, 64); err == nil && formatNumber(f) == c.text {
			return f, nil
		}
	case c.layout != "":
		style := x.time
		if c.layout == wireDate {
			style = x.date
		}
		if at, err := time.Parse(c.layout, c.text); err == nil && at.Year() >= 1901 {
			return excelize.Cell{StyleID: style, Value: at}, nil
		}
	}
	if len(c.text) > maxCellUnits && len(utf16.Encode([]rune(c.text))) > maxCellUnits {
		return nil, problem.New(problem.TooLarge, "export_cell_too_long", map[string]any{"max": maxCellUnits})
	}
	return c.text, nil
}

func (x *xlsxWriter) close() error {
	if err := x.stream.Flush(); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	if err := x.file.Write(x.w); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	if err := x.file.Close(); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}
