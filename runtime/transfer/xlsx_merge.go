package transfer

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"weft/runtime/problem"
)

// merge is a range of merged cells; the first one has the text, and the others
// get it when they are read.
type merge struct {
	firstRow, lastRow       int
	firstColumn, lastColumn int
	text                    string
	fault                   *problem.Field
}

// readMerges reads which cells of a sheet are merged; that is written after the
// rows, so the part is read once more.
func readMerges(z *zip.Reader, name string) (list []*merge, err error) {
	part, err := openPart(z, name, maxUnzippedBytes)
	if err != nil {
		return nil, err
	}
	defer part.Close()
	d := xml.NewDecoder(&afterRows{r: part})
	d.Strict = false
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, partError(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "mergeCell" {
			continue
		}
		if m := parseMerge(attr(start, "ref")); m != nil {
			list = append(list, m)
		}
		if len(list) > maxMerges {
			return nil, tooLarge("merges", maxMerges)
		}
	}
}

// parseMerge reads a range like A2:B5; nil when it is none.
func parseMerge(ref string) *merge {
	from, to, _ := strings.Cut(ref, ":")
	m := &merge{firstRow: rowOf(from), lastRow: rowOf(to), firstColumn: columnOf(from), lastColumn: columnOf(to)}
	if m.firstRow < 1 || m.lastRow < m.firstRow || m.firstColumn < 0 || m.lastColumn < m.firstColumn || m.lastColumn >= maxColumns {
		return nil
	}
	return m
}

// rowOf reads the number in a cell's name; 0 for none.
func rowOf(ref string) int {
	n, err := strconv.Atoi(strings.TrimLeft(strings.ToUpper(ref), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	if err != nil {
		return 0
	}
	return n
}

// fillMerged gives the merged cells of the present row the text of the first one.
func (s *sheetReader) fillMerged() {
	for _, m := range s.merges[s.row.number] {
		m.text = cellAt(s.row.cells, m.firstColumn)
		if f, bad := s.row.faults[m.firstColumn]; bad {
			m.fault = &f
		}
		s.open = append(s.open, m)
	}
	s.open = slices.DeleteFunc(s.open, func(m *merge) bool { return m.lastRow < s.row.number })
	for _, m := range s.open {
		if m.text == "" && m.fault == nil || s.rows == 0 && m.lastColumn > m.firstColumn {
			continue // a header over several columns names the first one
		}
		for c := m.firstColumn; c <= m.lastColumn; c++ {
			s.set(c, m.text)
			if m.fault != nil {
				s.row.fault(c, *m.fault)
			}
		}
	}
}

// afterRows drops what comes before the end of the rows: only the tag itself is
// compared, which is much faster than to decode the rows.
type afterRows struct {
	r     io.Reader
	found bool
	tail  []byte
}

const maxPrefix = 64 // bytes of the tag with the name of its namespace

var (
	sheetData = []byte("sheetData")
	rowsEnd   = regexp.MustCompile(`</(?:[^<>:]{1,40}:)?sheetData\s*>`)
)

func (a *afterRows) Read(p []byte) (int, error) {
	for !a.found {
		buf := make([]byte, 64<<10)
		n, err := a.r.Read(buf)
		a.tail = append(a.tail, buf[:n]...)
		at := max(0, bytes.LastIndex(a.tail, sheetData)-maxPrefix)
		if end := rowsEnd.FindIndex(a.tail[at:]); end != nil {
			a.found, a.tail = true, a.tail[at+end[1]:]
			break
		}
		a.tail = slices.Clone(a.tail[max(0, len(a.tail)-2*maxPrefix):])
		if err != nil {
			return 0, err
		}
	}
	if len(a.tail) > 0 {
		n := copy(p, a.tail)
		a.tail = a.tail[n:]
		return n, nil
	}
	return a.r.Read(p)
}
