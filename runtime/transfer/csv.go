package transfer

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// csvTable reads delimited text: comma, semicolon or tab, as the first line
// shows.
type csvTable struct {
	reader  *csv.Reader
	limit   *recordLimit
	head    []string
	rows    int
	guessed bool // the encoding is a guess: U+FFFD means undecodable bytes
}

func openCSV(r io.ReadSeeker) (*csvTable, error) {
	text, guessed, err := decodeText(r)
	if err != nil {
		return nil, err
	}
	guard := &recordLimit{r: text}
	b := bufio.NewReaderSize(guard, 64<<10)
	comma, err := sniffDelimiter(b)
	if err != nil {
		return nil, err
	}
	t := &csvTable{reader: csv.NewReader(b), limit: guard, guessed: guessed}
	t.reader.Comma = comma
	t.reader.FieldsPerRecord = -1
	t.reader.LazyQuotes = true
	t.reader.ReuseRecord = true
	_, cells, err := t.record()
	if errors.Is(err, io.EOF) {
		return nil, unreadable("import_no_header", nil)
	}
	if err != nil {
		return nil, err
	}
	t.head = trimHeader(cells)
	if len(t.head) > maxColumns {
		return nil, tooLarge("columns", maxColumns)
	}
	return t, nil
}

func (t *csvTable) header() []string { return t.head }

// Close implements rowReader.
func (t *csvTable) Close() error { return nil }

func (t *csvTable) next() (int, []string, error) {
	row, cells, err := t.record()
	if err != nil {
		return 0, nil, err
	}
	if t.rows++; t.rows > maxRows {
		return 0, nil, tooLarge("rows", maxRows)
	}
	return row, cells, nil
}

// record reads the next record that is not empty.
func (t *csvTable) record() (int, []string, error) {
	for {
		cells, err := t.reader.Read()
		if err != nil {
			return 0, nil, csvError(err)
		}
		t.limit.base = t.reader.InputOffset()
		if len(cells) > maxColumns && !blank(cells[maxColumns:]) {
			return 0, nil, tooLarge("columns", maxColumns)
		}
		if blank(cells) {
			continue
		}
		for i, c := range cells {
			cells[i] = unquoteFormula(c)
		}
		row, _ := t.reader.FieldPos(0)
		return row, cells, nil
	}
}

func csvError(err error) error {
	var syntax *csv.ParseError
	if errors.As(err, &syntax) {
		return unreadable("import_bad_csv", err)
	}
	return err
}

// recordLimit fails when one record is too long: an endless line, or a quote
// that is never closed.
type recordLimit struct {
	r    io.Reader
	read int64
	base int64 // where the last whole record ended
}

func (g *recordLimit) Read(p []byte) (int, error) {
	if g.read-g.base > maxRecordBytes {
		return 0, tooLarge("record", maxRecordBytes)
	}
	n, err := g.r.Read(p)
	g.read += int64(n)
	return n, err
}

// sniffDelimiter chooses the delimiter by the first line that is not empty; the
// line "sep=;" that Excel writes decides and is removed.
func sniffDelimiter(b *bufio.Reader) (rune, error) {
	head, err := b.Peek(32 << 10)
	if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
		return 0, err
	}
	line, _, _ := strings.Cut(strings.TrimLeft(string(head), "\r\n"), "\n")
	if rest, ok := strings.CutPrefix(strings.TrimRight(line, "\r"), "sep="); ok && utf8.RuneCountInString(rest) == 1 {
		comma, _ := utf8.DecodeRuneInString(rest)
		_, err := b.Discard(min(strings.Index(string(head), "sep=")+len(line)+1, len(head)))
		return comma, err
	}
	counts := map[rune]int{}
	quoted := false
	for _, r := range line {
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
	return best, nil
}
