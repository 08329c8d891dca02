package formula_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"weft/runtime/formula"
	"weft/runtime/query"
)

// vectors are shared with the evaluator in the browser.
type vectors struct {
	Zone   string
	Now    time.Time
	Fields fields
	Values map[string]any
	Cases  []struct {
		Formula, Kind string
		Want          any
	}
	Errors []struct {
		Formula string
		Offset  int
		Code    string
	}
}

// fields is a Scope of kinds by name.
type fields map[string]string

var kinds = map[string]query.Kind{
	"text": query.Text, "number": query.Number, "decimal": query.Decimal, "date": query.Date, "instant": query.Instant,
	"bool": query.Bool, "key": query.Key, "keys": query.Keys, "object": query.Object,
}

func (f fields) Kind(path string) (query.Kind, bool) {
	name, ok := f[path]
	return kinds[name], ok
}

func load(t testing.TB) (vectors, func(string) any, time.Time) {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(v.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return v, func(path string) any { return v.Values[path] }, v.Now.In(zone)
}

func TestEveryVectorGivesItsValue(t *testing.T) {
	t.Parallel()
	v, get, now := load(t)
	for _, c := range v.Cases {
		t.Run(c.Formula, func(t *testing.T) {
			t.Parallel()
			x, err := formula.Parse(c.Formula, v.Fields)
			if err != nil {
				t.Fatal(err)
			}
			if x.Result() != kinds[c.Kind] {
				t.Errorf("kind %d, want %s", x.Result(), c.Kind)
			}
			got, err := x.Eval(get, now)
			if err != nil || !reflect.DeepEqual(got, c.Want) {
				t.Errorf("got %v (%T), %v; want %v", got, got, err, c.Want)
			}
		})
	}
}

func TestWhatIsNotAFormulaIsRefusedAtItsPlace(t *testing.T) {
	t.Parallel()
	v, _, _ := load(t)
	for _, c := range v.Errors {
		t.Run(c.Formula, func(t *testing.T) {
			t.Parallel()
			_, err := formula.Parse(c.Formula, v.Fields)
			var syntax *formula.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("no syntax error: %v", err)
			}
			if syntax.Code != c.Code || syntax.Offset != c.Offset {
				t.Errorf("%s at %d, want %s at %d (%v)", syntax.Code, syntax.Offset, c.Code, c.Offset, err)
			}
			for _, lang := range []string{"zh-CN", "en"} {
				if text := syntax.Problem("/x").Message(lang); text == syntax.Code || strings.Contains(text, "{") {
					t.Errorf("no text in %s: %q", lang, text)
				}
			}
		})
	}
}

func TestDepthAndLengthAreBounded(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"brackets": strings.Repeat("!(", 500) + "true" + strings.Repeat(")", 500),
		"chain":    "1" + strings.Repeat("+1", 300),
		"long":     "'" + strings.Repeat("x", 5000) + "'",
	} {
		_, err := formula.Parse(src, fields{})
		var syntax *formula.SyntaxError
		if !errors.As(err, &syntax) || syntax.Code != "formula_too_deep" && syntax.Code != "formula_too_long" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGreatNumbersEndInErrRange(t *testing.T) {
	t.Parallel()
	for _, src := range []string{"1e30 * 1e30", "big * big", "n + 0"} {
		x, err := formula.Parse(src, fields{"big": "decimal", "n": "number"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = x.Eval(func(path string) any {
			return map[string]any{"big": "19999999999999999999", "n": 1e300}[path]
		}, time.Now())
		if !errors.Is(err, formula.ErrRange) {
			t.Errorf("%s: %v", src, err)
		}
	}
}

func TestPathsClockAndResultKind(t *testing.T) {
	t.Parallel()
	v, get, now := load(t)
	x, err := formula.Parse("qty * 2 + qty - DAYS(TODAY(), close_date)", v.Fields)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"qty", "close_date"}; !reflect.DeepEqual(x.Paths(), want) || !x.UsesClock() {
		t.Errorf("paths %v, clock %v", x.Paths(), x.UsesClock())
	}
	money, ok := x.As(query.Decimal)
	if got, err := money.Eval(get, now); !ok || err != nil || query.FormatDecimal(got.(string)) != "-54" {
		t.Errorf("as decimal: %v %v", got, err)
	}
	if _, ok := x.As(query.Text); ok {
		t.Error("a number passed as text")
	}
}

// FuzzParse: no input makes the parser or the evaluator panic, and a formula
// that is accepted gives a value of its kind or ErrRange.
func FuzzParse(f *testing.F) {
	v, get, now := load(f)
	for _, c := range v.Cases {
		f.Add(c.Formula)
	}
	for _, c := range v.Errors {
		f.Add(c.Formula)
	}
	f.Fuzz(func(t *testing.T, src string) {
		x, err := formula.Parse(src, v.Fields)
		var syntax *formula.SyntaxError
		if err != nil {
			if !errors.As(err, &syntax) || syntax.Offset < 0 {
				t.Fatalf("%q: %v", src, err)
			}
			return
		}
		got, err := x.Eval(get, now)
		if err != nil && !errors.Is(err, formula.ErrRange) {
			t.Fatalf("%q: %v", src, err)
		}
		if err == nil && got != nil {
			if _, err := json.Marshal(got); err != nil {
				t.Fatalf("%q: %v", src, err)
			}
		}
	})
}
