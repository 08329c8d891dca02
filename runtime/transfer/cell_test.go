package transfer

import (
	"encoding/json"
	"reflect"
	"testing"

	"weft/runtime/model"
	"weft/schemas"
)

func TestCellsBecomeWireValues(t *testing.T) {
	t.Parallel()
	stage := []schemas.Choice{
		{Key: "won", Title: schemas.Title{ZhCN: "赢单", En: "Won"}},
		{Key: "lost", Title: schemas.Title{ZhCN: "输单", En: "Lost"}},
	}
	num := func(s string) any { return json.Number(s) }
	for _, c := range []struct {
		typ     schemas.FieldType
		column  Column
		text    string
		want    any
		problem string
	}{
		{typ: schemas.TypeText, text: " kept as written ", want: " kept as written "},
		{typ: schemas.TypeEmail, text: " a@b.cn ", want: "a@b.cn"},
		{typ: schemas.TypeNumber, text: "1,234,567.5", want: num("1234567.5")},
		{typ: schemas.TypeNumber, text: "１２３．５", want: num("123.5")},
		{typ: schemas.TypeNumber, text: "-.5", want: num("-0.5")},
		{typ: schemas.TypeNumber, text: "+007", want: num("7")},
		{typ: schemas.TypeNumber, text: "1.5E+10", want: num("1.5E+10")},
		{typ: schemas.TypeNumber, text: "1.234,5", column: Column{Decimal: ","}, want: num("1234.5")},
		{typ: schemas.TypeNumber, text: "12.5%", want: 0.125},
		{typ: schemas.TypeNumber, text: "1,23", problem: "import_not_a_number"},
		{typ: schemas.TypeNumber, text: "0x10", problem: "import_not_a_number"},
		{typ: schemas.TypeNumber, text: "NaN", problem: "import_not_a_number"},
		{typ: schemas.TypePercent, text: "12.5％", want: num("12.5")},
		{typ: schemas.TypePercent, text: "12.5", want: num("12.5")},
		{typ: schemas.TypeCurrency, text: "￥1,234.50", want: num("1234.50")},
		{typ: schemas.TypeCurrency, text: "-¥5", want: num("-5")},
		{typ: schemas.TypeCurrency, text: "CNY 5", want: num("5")},
		{typ: schemas.TypeCurrency, text: "人民币 1,000 元", want: num("1000")},
		{typ: schemas.TypeCurrency, text: "5 rmb", want: num("5")},
		{typ: schemas.TypeCurrency, text: "USD 5", problem: "import_other_currency"}, // V1
		{typ: schemas.TypeCurrency, text: "$5", problem: "import_other_currency"},
		{typ: schemas.TypeCurrency, text: "-$5", problem: "import_other_currency"},
		{typ: schemas.TypeCurrency, text: "HK$5", problem: "import_other_currency"},
		{typ: schemas.TypeCurrency, text: "5 EUR", problem: "import_other_currency"},
		{typ: schemas.TypeCurrency, text: "(5 欧元)", problem: "import_other_currency"},
		{typ: schemas.TypeCurrency, text: "¥", problem: "import_not_a_number"},
		{typ: schemas.TypeCurrency, text: "about", problem: "import_not_a_number"},
		{typ: schemas.TypeNumber, text: "$5", problem: "import_not_a_number"},
		{typ: schemas.TypeCurrency, text: "(1,000.00)", want: num("-1000.00")},
		{typ: schemas.TypeCurrency, text: "800 元", want: num("800")},
		{typ: schemas.TypeCurrency, text: "(-1)", problem: "import_not_a_number"},
		{typ: schemas.TypeBoolean, text: "是", want: true},
		{typ: schemas.TypeBoolean, text: "NO", want: false},
		{typ: schemas.TypeBoolean, text: "maybe", problem: "import_not_a_boolean"},
		{typ: schemas.TypeDate, text: "2017-3-1", want: "2017-03-01"},
		{typ: schemas.TypeDate, text: "2017/03/01", want: "2017-03-01"},
		{typ: schemas.TypeDate, text: "２０１７年3月1日", want: "2017-03-01"},
		{typ: schemas.TypeDate, text: "20170301", want: "2017-03-01"},
		{typ: schemas.TypeDate, text: "2017-03-01 00:00:00", want: "2017-03-01"},
		{typ: schemas.TypeDate, text: "2017-03-01 08:00", problem: "import_date_with_time"},
		{typ: schemas.TypeDate, text: "01/02/2017", problem: "import_date_order"},
		{typ: schemas.TypeDate, text: "01/02/2017", column: Column{Format: "DD/MM/YYYY"}, want: "2017-02-01"},
		{typ: schemas.TypeDate, text: "1/2/2026", column: Column{Format: "DD/MM/YYYY"}, want: "2026-02-01"}, // I2
		{typ: schemas.TypeDate, text: "13/31/2026", column: Column{Format: "DD/MM/YYYY"}, problem: "import_date_format"},
		{typ: schemas.TypeDate, text: "2026-01-31", column: Column{Format: "DD/MM/YYYY"}, want: "2026-01-31"}, // year first is read in one way only
		{typ: schemas.TypeDate, text: "31/01/2026", problem: "import_date_needs_format"},
		{typ: schemas.TypeDate, text: "31.01.2026", problem: "import_date_needs_format"},
		{typ: schemas.TypeDate, text: "1.2.26", problem: "import_date_order"},
		{typ: schemas.TypeDatetime, text: "2026-01-31 下午3:05", want: "2026-01-31T15:05:00+08:00"},
		{typ: schemas.TypeDatetime, text: "2026年1月31日下午3时05分", want: "2026-01-31T15:05:00+08:00"},
		{typ: schemas.TypeDatetime, text: "2026/1/31 3:05 PM", want: "2026-01-31T15:05:00+08:00"},
		{typ: schemas.TypeDatetime, text: "2026/1/31 12:05 a.m.", want: "2026-01-31T00:05:00+08:00"},
		{typ: schemas.TypeDatetime, text: "2026/1/31 12:05 pm", want: "2026-01-31T12:05:00+08:00"},
		{typ: schemas.TypeDatetime, text: "2026/1/31 15:05 AM", problem: "import_not_a_date"},
		{typ: schemas.TypeDatetime, text: "31/1/2026 3:05 PM", column: Column{Format: "DD/MM/YYYY"}, want: "2026-01-31T15:05:00+08:00"},
		{typ: schemas.TypeDatetime, text: "Jan 5, 2026 9:07", column: Column{Format: "MMM D, YYYY h:mm"}, want: "2026-01-05T09:07:00+08:00"},
		{typ: schemas.TypeRegion, text: "浙江省杭州市", want: "330100"}, // I12
		{typ: schemas.TypeRegion, text: "浙江省/杭州市/西湖区", want: "330106"},
		{typ: schemas.TypeRegion, text: "北京 东城区", want: "110101"},
		{typ: schemas.TypeRegion, text: "北京市东城区", want: "110101"},
		{typ: schemas.TypeRegion, text: "上海", want: "310000"},
		{typ: schemas.TypeRegion, text: "330100", want: "330100"},
		{typ: schemas.TypeRegion, text: "鼓楼区", problem: "import_many_regions"},
		{typ: schemas.TypeDate, text: "2017-02-30", problem: "import_not_a_date"},
		{typ: schemas.TypeDate, text: "soon", problem: "import_not_a_date"},
		{typ: schemas.TypeDatetime, text: "2017-03-01 08:30", want: "2017-03-01T08:30:00+08:00"},
		{typ: schemas.TypeDatetime, text: "2017-03-01", want: "2017-03-01T00:00:00+08:00"},
		{typ: schemas.TypeDatetime, text: "2017-03-01T08:30:00.125Z", want: "2017-03-01T08:30:00.125Z"},
		{typ: schemas.TypeDatetime, text: "31.12.2016 23:59", column: Column{Format: "DD.MM.YYYY hh:mm"}, want: "2016-12-31T23:59:00+08:00"},
		{typ: schemas.TypeChoice, text: "won", want: "won"},
		{typ: schemas.TypeChoice, text: "赢单", want: "won"},
		{typ: schemas.TypeChoice, text: "LOST", want: "lost"},
		{typ: schemas.TypeChoice, text: "open", problem: "not_a_choice"},
		{typ: schemas.TypeMultiChoice, text: "赢单；Lost", want: []any{"won", "lost"}},
		{typ: schemas.TypeMultiChoice, text: "won; open", problem: "not_a_choice"},
		{typ: schemas.TypeTags, text: "a、b, c", want: []any{"a", "b", "c"}},
		{typ: schemas.TypeTags, text: `["a, b","c"]`, want: []any{"a, b", "c"}},
		{typ: schemas.TypeLocation, text: `{"lat":1`, problem: "import_not_json"},
	} {
		f := &model.Field{Def: &schemas.Field{FieldType: c.typ, Choices: stage, Currency: "CNY"}}
		got, p := cellReader{shanghai}.wire(f, &c.column, c.text)
		code := ""
		if p != nil {
			code = p.Code
		}
		if code != c.problem || (p == nil && !reflect.DeepEqual(got, c.want)) {
			t.Errorf("%s %q: %#v %s, want %#v %s", c.typ, c.text, got, code, c.want, c.problem)
		}
	}
}

// V1: a mark that is right for one currency is wrong for another.
func TestOnlyTheMarksOfTheFieldsCurrencyAreTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		currency, text string
		ok             bool
	}{
		{"USD", "$5", true}, {"USD", "US$ 5", true}, {"USD", "5 USD", true}, {"USD", "¥5", false}, {"USD", "HK$5", false}, {"USD", "5元", false},
		{"EUR", "5 €", true}, {"EUR", "£5", false}, {"JPY", "￥5", true}, {"HKD", "HK$5", true}, {"HKD", "$5", false}, {"", "5", true}, {"", "$5", false},
	} {
		got, p := readAmount(c.text, "", c.currency)
		if (p == nil) != c.ok || c.ok && got != json.Number("5") || !c.ok && p.Code != "import_other_currency" {
			t.Errorf("%s %q: %v %v", c.currency, c.text, got, p)
		}
	}
}

// I2: letters that are no part of a date are refused when the mapping is given.
func TestDateFormatsAreChecked(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]bool{
		"DD/MM/YYYY": true, "D.M.YY": true, "yyyy年M月d日": true, "YYYYMMDD": true, "MMM D, YYYY hh:mm": true,
		"d/m/yyyy": false, "JJ.MM.AAAA": false, "DD/MM": false, "hh:mm": false, "YYYY-MM-DDD": false, "DD MMMM YYYY": false,
	} {
		if _, ok := goLayout(format); ok != want {
			t.Errorf("%s: %t", format, ok)
		}
	}
}

func TestLoginOfAName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Darcel Schlecht": "darcel.schlecht", "Mei-Mei Johns": "mei-mei.johns", " José  María Núñez ": "jose.nunez",
		"王伟": "王伟", "Ａｎｎａ Ｌｉ": "anna.li", "O'Neil": "oneil", "-- !": "", "": "",
	} {
		if got := loginOf(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// S-15: nothing that a spreadsheet would execute stays bare, and nothing is lost.
func TestFormulasAreNeutralisedAndComeBack(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM": "'@SUM", "\t=1": "'\t=1", "\r=1": "'\r=1", "\x00=": "'\x00=",
		"＝1": "'＝1", "＋": "'＋", "'quoted": "''quoted", "''": "'''", "'": "''", "": "", "plain": "plain", "王": "王", "a=1": "a=1",
	} {
		if got := quoteFormula(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if back := unquoteFormula(quoteFormula(text)); back != text {
			t.Errorf("%q comes back as %q", text, back)
		}
	}
}

func FuzzCell(f *testing.F) {
	for _, s := range []string{"1,234.5", "(¥5)", "2017年1月1日", "[\"a\"]", "25%", "01/02/03", "\u00a01", "1e400", "是"} {
		f.Add(s)
	}
	types := []schemas.FieldType{schemas.TypeNumber, schemas.TypeCurrency, schemas.TypeBoolean, schemas.TypeDate, schemas.TypeDatetime, schemas.TypeTags, schemas.TypeLocation}
	f.Fuzz(func(t *testing.T, text string) {
		for _, typ := range types {
			v, p := cellReader{shanghai}.wire(&model.Field{Def: &schemas.Field{FieldType: typ}}, &Column{}, text)
			if p != nil {
				continue
			}
			if _, err := json.Marshal(v); err != nil {
				t.Fatalf("%s %q: %#v is no JSON value: %v", typ, text, v, err)
			}
		}
		if back := unquoteFormula(quoteFormula(text)); back != text {
			t.Fatalf("%q comes back as %q", text, back)
		}
	})
}
