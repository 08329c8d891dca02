package transfer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"weft/runtime/problem"
)

// csvScanner reads delimited records as spreadsheets do: a quote inside an
// unquoted cell is text. A quoted cell that does not end before a delimiter is a
// problem of its line; reading continues with the next line, so that one stray
// quote does not swallow the rows after it.
type csvScanner struct {
	r     io.Reader
	comma []byte
	buf   []byte // from the start of the next record
	eof   bool
	line  int // of the next record, from 1
	// wasted counts the bytes that were searched for the end of quotes in vain.
	wasted int
}

// csvRecord is one record or one line that cannot be read.
type csvRecord struct {
	line    int
	cells   []string
	problem *problem.Field
}

// errIncomplete asks for more input to tell how a record ends.
var errIncomplete = errors.New("incomplete record")

func (s *csvScanner) next() (csvRecord, error) {
	for {
		if len(s.buf) == 0 && s.eof {
			return csvRecord{}, io.EOF
		}
		cells, size, fault := s.parse()
		if errors.Is(fault, errIncomplete) && !s.eof && len(s.buf) <= maxRecordBytes {
			if err := s.fill(); err != nil {
				return csvRecord{}, err
			}
			continue
		}
		record := csvRecord{line: s.line, cells: cells}
		if fault == nil && size > maxRecordBytes {
			return record, tooLarge("record", maxRecordBytes)
		}
		if fault != nil {
			if record.problem, size = s.recover(fault); record.problem == nil {
				return record, tooLarge("record", maxRecordBytes)
			}
		}
		s.line += bytes.Count(s.buf[:size], []byte("\n"))
		s.buf = s.buf[size:]
		return record, nil
	}
}

// fill doubles the input in the buffer.
func (s *csvScanner) fill() error {
	chunk := max(64<<10, len(s.buf))
	buf := make([]byte, len(s.buf), len(s.buf)+chunk)
	copy(buf, s.buf)
	n, err := io.ReadFull(s.r, buf[len(buf):cap(buf)])
	s.buf = buf[:len(buf)+n]
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.eof, err = true, nil
	}
	if err != nil {
		return fmt.Errorf("read import file: %w", err)
	}
	return nil
}

// quoteFault is a quoted cell that does not end as it should.
type quoteFault struct {
	column int // from 0
	closed bool
	lines  int // line breaks inside the quotes
}

func (f *quoteFault) Error() string { return "quote" }

// parse reads a record at the start of the buffer and its size in bytes.
func (s *csvScanner) parse() (cells []string, size int, err error) {
	at := 0
	for {
		cell, end, err := s.cell(at, len(cells))
		if err != nil {
			return nil, 0, err
		}
		cells = append(cells, cell)
		rest := s.buf[end:]
		switch {
		case bytes.HasPrefix(rest, s.comma):
			at = end + len(s.comma)
		case len(rest) == 0:
			if !s.eof {
				return nil, 0, errIncomplete
			}
			return cells, end, nil
		case rest[0] == '\n':
			return cells, end + 1, nil
		default: // \r\n
			return cells, end + 2, nil
		}
	}
}

// cell reads one cell and where it ends: at a delimiter, a line break or the end.
func (s *csvScanner) cell(at, column int) (cell string, end int, err error) {
	if at < len(s.buf) && s.buf[at] == '"' {
		return s.quoted(at+1, column)
	}
	end = len(s.buf)
	if i := bytes.IndexByte(s.buf[at:], '\n'); i >= 0 {
		end = at + i
		if end > at && s.buf[end-1] == '\r' {
			end--
		}
	}
	if i := bytes.Index(s.buf[at:end], s.comma); i >= 0 {
		end = at + i
	}
	return string(s.buf[at:end]), end, nil
}

func (s *csvScanner) quoted(at, column int) (cell string, end int, err error) {
	var text strings.Builder
	for {
		i := bytes.IndexByte(s.buf[at:], '"')
		if i < 0 {
			if !s.eof && len(s.buf) <= maxRecordBytes {
				return "", 0, errIncomplete
			}
			return "", 0, &quoteFault{column: column}
		}
		text.Write(s.buf[at : at+i])
		rest := s.buf[at+i+1:]
		switch {
		case len(rest) < 2 && !s.eof:
			return "", 0, errIncomplete
		case len(rest) > 0 && rest[0] == '"':
			text.WriteByte('"')
			at += i + 2
		case len(rest) == 0, rest[0] == '\n', bytes.HasPrefix(rest, []byte("\r\n")), bytes.HasPrefix(rest, s.comma):
			return text.String(), at + i + 1, nil
		default:
			return "", 0, &quoteFault{column: column, closed: true, lines: strings.Count(text.String(), "\n")}
		}
	}
}

// recover gives the problem of a line and its size; reading continues after it.
// It gives none when the record is longer than allowed.
func (s *csvScanner) recover(fault error) (*problem.Field, int) {
	end := bytes.IndexByte(s.buf, '\n') + 1
	if end == 0 {
		end = len(s.buf)
	}
	var f *quoteFault
	if s.wasted += len(s.buf); !errors.As(fault, &f) || end > maxRecordBytes || s.wasted > maxFileBytes {
		return nil, 0
	}
	if f.closed && f.lines == 0 {
		return cellProblem("import_quote_text", "column", f.column+1), end
	}
	return cellProblem("import_quote_open", "line", s.line, "column", f.column+1), end
}

// chooseDelimiter chooses the delimiter by the first line that is not empty; the line
// "sep=;" that Excel writes decides and is removed.
func (s *csvScanner) chooseDelimiter() error {
	if err := s.fill(); err != nil {
		return err
	}
	trimmed := bytes.TrimLeft(s.buf, "\r\n")
	line, _, _ := bytes.Cut(trimmed, []byte("\n"))
	if rest, ok := bytes.CutPrefix(bytes.TrimRight(line, "\r"), []byte("sep=")); ok && utf8.RuneCount(rest) == 1 {
		s.comma = bytes.Clone(rest)
		size := min(len(s.buf), len(s.buf)-len(trimmed)+len(line)+1)
		s.line += bytes.Count(s.buf[:size], []byte("\n"))
		s.buf = s.buf[size:]
		return nil
	}
	counts := map[rune]int{}
	quoted := false
	for _, r := range string(line) {
		if r == '"' {
			quoted = !quoted
		} else if !quoted {
			counts[r]++
		}
	}
	best := ','
	for _, r := range []rune{';', '\t'} {
		if counts[r] > counts[best] {
			best = r
		}
	}
	s.comma = []byte(string(best))
	return nil
}
