package transfer

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"weft/runtime/problem"
)

// readAll reads a file from its bytes: the header, then the rows.
func readAll(t testing.TB, content string) ([][]string, []int, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "input")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return readFile(file, "")
}

func readFile(file, sheet string) ([][]string, []int, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	tab, err := openTable(f, tableOptions{sheet: sheet})
	if err != nil {
		return nil, nil, err
	}
	defer tab.Close()
	rows, numbers := [][]string{tab.head}, []int{1}
	for {
		r, err := tab.next()
		if errors.Is(err, io.EOF) {
			return rows, numbers, nil
		}
		if err != nil {
			return rows, numbers, err
		}
		rows, numbers = append(rows, r.cells), append(numbers, r.number)
	}
}

func encode(t *testing.T, e interface{ String(string) (string, error) }, s string) string {
	t.Helper()
	out, err := e.String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCSVIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	plain := "姓名,电话\n王伟,010\n李娜,020\n"
	rows := [][]string{{"姓名", "电话"}, {"王伟", "010"}, {"李娜", "020"}}
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()
	for name, c := range map[string]struct {
		content string
		want    [][]string
	}{
		"UTF-8":                   {plain, rows},
		"UTF-8 with a mark":       {"\uFEFF" + plain, rows},
		"GB18030":                 {encode(t, simplifiedchinese.GB18030.NewEncoder(), plain), rows},
		"UTF-16 with a mark":      {encode(t, utf16, plain), rows},
		"CR LF":                   {strings.ReplaceAll(plain, "\n", "\r\n"), rows},
		"no line end":             {strings.TrimSuffix(plain, "\n"), rows},
		"semicolons":              {strings.ReplaceAll(plain, ",", ";"), rows},
		"tabs":                    {strings.ReplaceAll(plain, ",", "\t"), rows},
		"sep= line":               {"sep=;\r\n" + strings.ReplaceAll(plain, ",", ";"), rows},
		"blank lines":             {"\n\n" + strings.ReplaceAll(plain, "\n", "\n,\n\n"), rows},
		"quoted":                  {"a,b\n\"x,\ny\",\"say \"\"hi\"\"\"\n", [][]string{{"a", "b"}, {"x,\ny", `say "hi"`}}},
		"a comma in the header":   {"\"a;b;c\",d\n1,2\n", [][]string{{"a;b;c", "d"}, {"1", "2"}}},
		"short and long rows":     {"a,b\n1\n1,2,3\n", [][]string{{"a", "b"}, {"1"}, {"1", "2", "3"}}},
		"neutralised text":        {"a,b\n'=1+1,'x\n", [][]string{{"a", "b"}, {"=1+1", "'x"}}},
		"header only":             {"a,b\n", [][]string{{"a", "b"}}},
		"spaces round the header": {" a , b ,,\n1,2\n", [][]string{{"a", "b"}, {"1", "2"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := readAll(t, c.content)
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Fatalf("got %q, %v\nwant %q", got, err, c.want)
			}
		})
	}
}

func TestRowNumbersAreThoseOfTheFile(t *testing.T) {
	t.Parallel()
	_, numbers, err := readAll(t, "a,b\n1,2\n\n\"x\ny\",3\n4,5\n")
	if err != nil || !reflect.DeepEqual(numbers, []int{1, 2, 4, 6}) {
		t.Fatalf("got %v, %v", numbers, err)
	}
}

// S-21: a file is refused, not swallowed.
func TestFilesBeyondTheLimitsAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		content string
		code    problem.Code
		key     string
	}{
		"empty":              {"", problem.Invalid, "import_no_header"},
		"only blank lines":   {"\n\n,,,\n", problem.Invalid, "import_no_header"},
		"an endless line":    {"a,b\n" + strings.Repeat("x", maxRecordBytes+1<<17), problem.TooLarge, "import_limit_record"},
		"too many columns":   {strings.Repeat("a,", maxColumns) + "b\n", problem.TooLarge, "import_limit_columns"},
		"too many cells":     {"a\n" + strings.Repeat("1,", maxColumns) + "2\n", problem.TooLarge, "import_limit_columns"},
		"too many rows":      {"a\n" + strings.Repeat("1\n", maxRows+1), problem.TooLarge, "import_limit_rows"},
		"an old workbook":    {string(oleMagic) + "rest", problem.Invalid, "import_old_workbook"},
		"no workbook at all": {string(zipMagic) + "rest", problem.Invalid, "import_bad_workbook"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := readAll(t, c.content)
			if p := asProblem(err); p == nil || p.Code != c.code || p.Key != c.key {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func FuzzTable(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "\uFEFFa;b\n\"x;y\";2\n", "sep=\t\na\tb\n", "a,b\n\"open", "\xc4\xe3,\xba\xc3\n1,2\n", "\xff\xfea\x00,\x00", "PK\x03\x04", "'=1\n'=1\n", "a\n\xf0\x9f\x98",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		rows, numbers, err := readAll(t, string(content))
		if err != nil && asProblem(err) == nil {
			t.Fatalf("not a problem: %v", err)
		}
		for i := range rows {
			if i > 0 && numbers[i] < 1 {
				t.Fatalf("row %d: %q", numbers[i], rows[i])
			}
		}
	})
}
