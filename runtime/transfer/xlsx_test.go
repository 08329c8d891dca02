package transfer

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// workbookWith writes a workbook with another library and gives its path.
func workbookWith(t testing.TB, fill func(f *excelize.File) error) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if err := fill(f); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "book.xlsx")
	if err := f.SaveAs(file); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestCellsOfAWorkbookAreReadByTheirType(t *testing.T) {
	t.Parallel()
	at := time.Date(2017, 3, 1, 13, 30, 0, 0, time.UTC)
	style := func(s excelize.Style) func(*excelize.File) (int, error) {
		return func(f *excelize.File) (int, error) { return f.NewStyle(&s) }
	}
	code := func(format string) func(*excelize.File) (int, error) {
		return style(excelize.Style{CustomNumFmt: &format})
	}
	for name, c := range map[string]struct {
		value any
		style func(*excelize.File) (int, error)
		want  string
	}{
		"text":                    {"王伟 & Co", nil, "王伟 & Co"},
		"text that is a number":   {"007", nil, "007"},
		"whole number":            {1054, nil, "1054"},
		"fraction":                {0.1 + 0.2, nil, "0.3"},
		"phone as a number":       {13800138000.0, nil, "13800138000"},
		"true":                    {true, nil, "true"},
		"day":                     {at.Truncate(24 * time.Hour), style(excelize.Style{NumFmt: 14}), "2017-03-01"},
		"day and time":            {at, style(excelize.Style{NumFmt: 22}), "2017-03-01T13:30:00"},
		"Chinese day format":      {42795.0, code(`yyyy"年"m"月"d"日"`), "2017-03-01"},
		"day with a locale":       {42795.0, code(`[$-804]yyyy/m/d;@`), "2017-03-01"},
		"time of day":             {0.5, code("hh:mm"), "12:00:00"},
		"elapsed hours":           {0.25, code("[h]:mm"), "06:00:00"},
		"percent":                 {0.125, style(excelize.Style{NumFmt: 10}), "12.5%"},
		"code with leading zeros": {123, code("00000"), "00123"},
		"amount format":           {1234.5, code(`#,##0.00_);[Red](#,##0.00)`), "1234.5"},
		"a word with d in quotes": {5.0, code(`0" days"`), "5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := workbookWith(t, func(f *excelize.File) error {
				if err := f.SetCellValue("Sheet1", "A1", "head"); err != nil {
					return err
				}
				if err := f.SetCellValue("Sheet1", "A2", c.value); err != nil || c.style == nil {
					return err
				}
				id, err := c.style(f)
				if err != nil {
					return err
				}
				return f.SetCellStyle("Sheet1", "A2", "A2", id)
			})
			rows, _, err := readFile(file, "")
			if err != nil || len(rows) != 2 || rows[1][0] != c.want {
				t.Fatalf("got %q, %v; want %q", rows, err, c.want)
			}
		})
	}
}

func TestSheetsAndGapsOfAWorkbook(t *testing.T) {
	t.Parallel()
	file := workbookWith(t, func(f *excelize.File) error {
		if _, err := f.NewSheet("客户"); err != nil {
			return err
		}
		for cell, v := range map[string]any{"B3": "name", "D3": "size", "B5": "Acme", "D5000": 7} {
			if err := f.SetCellValue("客户", cell, v); err != nil {
				return err
			}
		}
		return f.SetCellRichText("客户", "D5", []excelize.RichTextRun{{Text: "1"}, {Text: "2"}})
	})
	rows, numbers, err := readFile(file, "客户")
	want := [][]string{{"", "name", "", "size"}, {"", "Acme", "", "12"}, {"", "", "", "7"}}
	if err != nil || !reflect.DeepEqual(rows, want) || !reflect.DeepEqual(numbers[1:], []int{5, 5000}) {
		t.Fatalf("got %q %v, %v", rows, numbers, err)
	}
	if _, _, err := readFile(file, "none"); asProblem(err) == nil || asProblem(err).Key != "import_no_sheet" {
		t.Fatalf("a missing sheet: %v", err)
	}
}

// S-21: what unpacks to far more than it is, is not unpacked.
func TestHostileWorkbooksAreRefused(t *testing.T) {
	t.Parallel()
	sheet := func(rows string) string {
		return `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>` + rows + `</sheetData></worksheet>`
	}
	for name, c := range map[string]struct{ sheet, key string }{
		"row 1,048,577":     {sheet(`<row r="1048577"><c r="A1048577"><v>1</v></c></row>`), "import_limit_rows"},
		"column XFD":        {sheet(`<row r="2"><c r="XFD2"><v>1</v></c></row>`), "import_limit_columns"},
		"a column of words": {sheet(`<row r="2"><c r="ZZZZZZZZZZZZ2"><v>1</v></c></row>`), "import_limit_columns"},
		"a bomb":            {sheet(strings.Repeat(" ", 64<<20)), "import_limit_ratio"},
		"an entity":         {`<!DOCTYPE x [<!ENTITY a "aaaa">]>` + sheet(`<row r="2"><c r="A2"><v>&a;</v></c></row>`), "import_bad_workbook"},
		"cut off":           {strings.TrimSuffix(sheet(`<row r="2"><c r="A2">`), "</sheetData></worksheet>"), "import_bad_workbook"},
		"no rows":           {`<worksheet/>`, "import_no_header"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := readAll(t, rawWorkbook(t, c.sheet))
			if p := asProblem(err); p == nil || p.Key != c.key {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// rawWorkbook packs the XML of one sheet, and of styles.
func rawWorkbook(t testing.TB, sheet string, styles ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	parts := [][2]string{
		{"_rels/.rels", `<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns:r="x"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/s.xml"/><Relationship Id="r2" Type="x/styles" Target="styles.xml"/></Relationships>`},
		{"xl/worksheets/s.xml", sheet},
	}
	for _, s := range styles { // "" is none
		if s == "" {
			continue
		}
		parts = append(parts, [2]string{"xl/styles.xml", s})
	}
	for _, part := range parts {
		w, err := z.Create(part[0])
		if err == nil {
			_, err = w.Write([]byte(part[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func readString(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func FuzzSheet(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>`)
	f.Add(`<row><c t="s"><v>9</v></c><c t="b"><v>1</v></c><c s="-1"><v>1e999</v></c></row>`)
	f.Add(`<row r="0"><c r=""><is><t>x</t><rPh><t>y</t></rPh></is></c></row>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		if _, _, err := readAll(t, rawWorkbook(t, sheet)); err != nil && asProblem(err) == nil {
			t.Fatalf("not a problem: %v", err)
		}
	})
}

func TestTheCommonDatesOf1904And1900(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		epoch  bool
		serial float64
		want   string
	}{
		{false, 1, "1900-01-01"}, {false, 59, "1900-02-28"}, {false, 61, "1900-03-01"}, {false, 42795, "2017-03-01"},
		{false, 42795.999999999, "2017-03-02"}, {true, 41333, "2017-03-01"}, {false, -1, "-1"}, {false, 3e6, "3e6"},
	} {
		b := &workbook{epoch: c.epoch}
		if got := b.timeText(c.serial, cellStyle{date: true}, map[float64]string{-1: "-1", 3e6: "3e6"}[c.serial]); got != c.want {
			t.Errorf("%v (1904 %v): %s, want %s", c.serial, c.epoch, got, c.want)
		}
	}
}
