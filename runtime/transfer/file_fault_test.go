package transfer

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"weft/runtime/problem"
)

// problemsOf lists the problems of an import as "row|column|code".
func problemsOf(p *Progress) []string {
	var list []string
	for _, g := range p.Problems {
		for _, row := range g.Rows {
			list = append(list, fmt.Sprintf("%d|%s|%s", row, g.Column, g.Code))
		}
	}
	slices.Sort(list)
	return list
}

// wantProblems fails unless the import has these problems and no others, each
// with texts in both languages.
func wantProblems(t *testing.T, p *Progress, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := problemsOf(p); !slices.Equal(got, want) {
		t.Errorf("problems %q, want %q\n%s", got, want, pretty(p))
	}
	for _, g := range p.Problems {
		if g.Texts.En == "" || g.Texts.ZhCN == "" || g.Texts.En == g.Texts.ZhCN {
			t.Errorf("%s: texts %v", g.Code, g.Texts)
		}
	}
}

// I1: a quote that is never closed, or text after a closing quote, is a problem of
// its own line; the lines after it are imported.
func TestAQuoteThatIsNotClosedSpoilsOneLineOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		content string
		created int
		want    []string
	}{
		"never closed":            {"name,sector\nq1,\"5 inch\nq2,b\nq3,c\n", 2, []string{"2||import_quote_open"}},
		"closed by a later quote": {"name,sector\nq1,\"5 inch\nq2,b\nq3,\"c\"\nq4,d\n", 3, []string{"2||import_quote_open"}},
		"text after it":           {"name,sector\nq1,\"5\" inch\nq2,b\n", 1, []string{"2||import_quote_text"}},
		"at the end":              {"name,sector\nq1,a\nq2,\"b", 1, []string{"3||import_quote_open"}},
		"inside a text":           {"name,sector\nq1,5\" inch\nq2,\"a \"\"b\"\"\nc\"\n", 2, nil},
		"with CR LF":              {"name,sector\r\nq1,\"a\r\nb\"\r\nq2,\"x\r\nq3,c\r\n", 2, []string{"4||import_quote_open"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newTestApp(t)
			p := o.run(o.admin, Job{Inputs: text("a.csv", c.content), Entity: "account"})
			if f := file(t, p); f.Created != c.created || f.Failed != len(c.want) {
				t.Errorf("%s", pretty(p))
			}
			wantProblems(t, p, c.want...)
		})
	}
}

// Quotes that are never closed cost no more than reading the file a few times.
func TestManyOpenQuotesAreRefused(t *testing.T) {
	t.Parallel()
	content := "a,b\n" + strings.Repeat(`"""`+strings.Repeat(`""`, 50)+"x\n", 200_000)
	began := time.Now()
	_, _, err := readAll(t, content)
	if p := asProblem(err); p == nil || p.Code != problem.TooLarge {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

// I3, I4: what a workbook does not hold is not invented.
func TestWhatAWorkbookDoesNotHoldIsAProblem(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	sheet := `<worksheet><sheetData>
	<row r="1"><c r="A1" t="str"><v>name</v></c><c r="B1" t="str"><v>sector</v></c><c r="C1" t="str"><v>employees</v></c></row>
	<row r="2"><c r="A2" t="str"><v>formula</v></c><c r="B2"><f>1+1</f></c></row>
	<row r="3"><c r="A3" t="str"><v>error</v></c><c r="B3" t="e"><f>VLOOKUP(1)</f><v>#N/A</v></c></row>
	<row r="4"><c r="A4"><v>3.30102199001011E+17</v></c></row>
	<row r="5"><c r="A5"><v>330102199001011234</v></c></row>
	<row r="6"><c r="A6" t="str"><f>"a"</f><v>good</v></c><c r="B6" t="str"><f>""</f><v></v></c><c r="C6"><v>12</v></c></row>
	</sheetData></worksheet>`
	p := o.run(o.admin, Job{Inputs: text("a.xlsx", rawWorkbook(t, sheet)), Entity: "account"})
	wantProblems(t, p, "2|sector|import_formula_value", "3|sector|import_error_value", "4|name|import_lost_digits", "5|name|import_lost_digits")
	if f := file(t, p); f.Created != 1 {
		t.Errorf("%s", pretty(p))
	}
}

// I5: the visible sheet is read, a title may stand above the header, merged cells
// fill all their rows, and sheet and header can be chosen.
func TestAWorkbookIsReadAsItLooks(t *testing.T) {
	t.Parallel()
	book := workbookWith(t, func(f *excelize.File) error {
		if _, err := f.NewSheet("List"); err != nil {
			return err
		}
		for cell, v := range map[string]any{"A1": "name", "A2": "hidden"} {
			if err := f.SetCellValue("Sheet1", cell, v); err != nil {
				return err
			}
		}
		for cell, v := range map[string]any{
			"A1": "Customers of 2026", "A3": "name", "B3": "sector", "A4": "a", "B4": "retail", "A5": "b", "A6": "c", "A7": "d", "B7": "software",
		} {
			if err := f.SetCellValue("List", cell, v); err != nil {
				return err
			}
		}
		for _, m := range [][2]string{{"A1", "B1"}, {"B4", "B6"}} {
			if err := f.MergeCell("List", m[0], m[1]); err != nil {
				return err
			}
		}
		f.SetActiveSheet(1)
		return f.SetSheetVisible("Sheet1", false)
	})
	content := readString(t, book)
	o := newTestApp(t)
	p := o.run(o.admin, Job{Inputs: text("a.xlsx", content), Entity: "account"})
	if f := file(t, p); f.Created != 4 || f.Sheet != "List" || f.Header != 3 || o.count("account", `["sector","=","retail"]`) != 3 {
		t.Errorf("%s", pretty(p))
	}
	p = o.run(o.admin, Job{Inputs: text("a.xlsx", content), Entity: "account", Sheet: "sheet1"})
	if f := file(t, p); f.Created != 1 || f.Sheet != "Sheet1" || o.count("account", `["name","=","hidden"]`) != 1 {
		t.Errorf("%s", pretty(p))
	}
	m := &Mapping{Files: []FileMapping{{Entity: "account", Sheet: "List", Header: 3, Key: "name", Columns: map[string]Columns{"name": {{Field: "name"}}, "sector": {{Field: "sector"}}}}}}
	p = o.run(o.admin, Job{Inputs: text("a.xlsx", content), Document: m})
	if f := file(t, p); f.Unchanged != 4 {
		t.Errorf("%s", pretty(p))
	}
}

// I6: the encoding is named, and can be set.
func TestTheEncodingOfATextFileIsNamedAndCanBeSet(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	content := "name\nM\xfcller\n"
	p := o.run(o.admin, Job{Inputs: text("a.csv", content), Entity: "account", DryRun: true})
	if f := file(t, p); f.Encoding != "GB18030" || !f.EncodingGuessed {
		t.Errorf("%s", pretty(p))
	}
	p = o.run(o.admin, Job{Inputs: text("a.csv", content), Entity: "account", Encoding: "latin1"})
	if f := file(t, p); f.Encoding != "Windows-1252" || f.EncodingGuessed || o.count("account", `["name","=","Müller"]`) != 1 {
		t.Errorf("%s", pretty(p))
	}
	p = o.run(o.admin, Job{Inputs: text("a.csv", "name\nx\n"), Entity: "account"})
	if f := file(t, p); f.Encoding != "UTF-8" || f.EncodingGuessed {
		t.Errorf("%s", pretty(p))
	}
	if _, err := o.transfer.Import(t.Context(), o.admin, Job{Inputs: text("a.csv", content), Entity: "account", Encoding: "klingon"}); asProblem(err) == nil || asProblem(err).Key != "import_unknown_encoding" {
		t.Errorf("%v", err)
	}
}

// R7: texts, strings and styles of a workbook are bounded before they are in memory.
func TestWorkbooksBeyondTheirBudgetsAreRefused(t *testing.T) {
	t.Parallel()
	cell := func(s string) string {
		return `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>` + s + `</t></is></c></row></sheetData></worksheet>`
	}
	for name, c := range map[string]struct{ sheet, styles, key string }{
		"a huge text":      {cell(strings.Repeat("x y ", maxTokenBytes/2)), "", "import_limit_text"},
		"a huge attribute": {`<worksheet><sheetData><row r="1" x="` + strings.Repeat("y", 2*maxTokenBytes) + `"/></sheetData></worksheet>`, "", "import_limit_text"},
		"empty styles":     {cell("x"), `<styleSheet><cellXfs>` + strings.Repeat("<xf/>", maxStyles+1) + `</cellXfs></styleSheet>`, "import_limit_styles"},
		"very many styles": {cell("x"), `<styleSheet><cellXfs>` + strings.Repeat("<xf/>\n", 2_000_000) + `</cellXfs></styleSheet>`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := readAll(t, rawWorkbook(t, c.sheet, c.styles))
			if p := asProblem(err); p == nil || p.Code != problem.TooLarge || c.key != "" && p.Key != c.key {
				t.Errorf("%v", err)
			}
		})
	}
}
