package transfer

import (
	"encoding/csv"
	"fmt"
	"io"
)

// csvWriter writes UTF-8 with a byte order mark, by which spreadsheets know the
// encoding. Texts that a spreadsheet would execute get an apostrophe.
type csvWriter struct {
	w     io.Writer
	csv   *csv.Writer
	line  []string
	begun bool
}

func newCSVWriter(w io.Writer) *csvWriter { return &csvWriter{w: w, csv: csv.NewWriter(w)} }

func (c *csvWriter) header(titles []string) error {
	if c.begun {
		return nil
	}
	c.begun = true
	if _, err := io.WriteString(c.w, "\uFEFF"); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	line := make([]string, len(titles))
	for i, t := range titles {
		line[i] = quoteFormula(t)
	}
	return c.write(line)
}

func (c *csvWriter) row(cells []cell) error {
	c.line = c.line[:0]
	for _, x := range cells {
		text := x.text
		if !x.number {
			text = quoteFormula(text)
		}
		c.line = append(c.line, text)
	}
	return c.write(c.line)
}

func (c *csvWriter) write(line []string) error {
	if err := c.csv.Write(line); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

func (c *csvWriter) close() error {
	c.csv.Flush()
	if err := c.csv.Error(); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}
