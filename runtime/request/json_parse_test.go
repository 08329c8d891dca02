package request

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"weft/runtime/problem"
)

func TestParseJSONDecodesWhatEncodingJSONDecodes(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		`{"name":"张三","n":[1,-0,2.50,1e-7,12345678901234567890],"t":true,"f":false,"z":null}`,
		`"\u4e2d\ud83d\ude00\n\/\\\""`, `"\ud83d"`, `"\ud83dx"`, `"\udc00\ud83d\u0041"`,
		"\"a\xffb\"", ` [ ] `, `{}`, `[[[{"a":[{}]}]]]`, "\"\u2028\"",
	} {
		var want any
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		got, err := ParseJSON(s)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %#v, %v; want %#v", s, got, err, want)
		}
	}
}

func TestParseJSONRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body, key string
		code            problem.Code
	}{
		{"nothing", " \n", "json_empty", problem.Malformed},
		{"cut off", `{"a":`, "json_syntax", problem.Malformed},
		{"two values", `{} {}`, "json_syntax", problem.Malformed},
		{"trailing comma", `[1,]`, "json_syntax", problem.Malformed},
		{"leading zero", `01`, "json_syntax", problem.Malformed},
		{"not a number", `NaN`, "json_syntax", problem.Malformed},
		{"bare control character", "\"a\nb\"", "json_syntax", problem.Malformed},
		{"single quotes", `{'a':1}`, "json_syntax", problem.Malformed},
		{"key twice", `{"a":1,"b":{"c":1,"c":2}}`, "json_duplicate", problem.Malformed},
		{"key twice, once escaped", `{"a":1,"\u0061":2}`, "json_duplicate", problem.Malformed},
		{"33 deep", strings.Repeat("[", 33) + strings.Repeat("]", 33), "json_depth", problem.Malformed},
		{"9,999 deep and never closed", strings.Repeat("[", 9_999), "json_depth", problem.Malformed},
		{"100,001 values", "[" + strings.Repeat("["+strings.Repeat("0,", 9_999)+"0],", 10) + "0]", "json_nodes", problem.TooLarge}, // R4
		{"10,001 items", "[" + strings.Repeat("0,", 10_000) + "0]", "json_items", problem.TooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseJSON(c.body)
			p := problem.As(err)
			if p == nil || p.Code != c.code || p.Key != c.key {
				t.Errorf("got %v, want %s %s", err, c.code, c.key)
			}
		})
	}
	if _, err := ParseJSON(strings.Repeat("[", 32) + strings.Repeat("]", 32)); err != nil {
		t.Errorf("32 deep is allowed: %v", err)
	}
}

func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e3,"x\u00e9",null]}`, `"\ud800"`, `[[]]`, `{"a":1,"a":2}`, "\"\xc3\"", `-0.0`, `1e`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseJSON(s)
		if err != nil {
			return
		}
		var want any
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			t.Fatalf("%q is accepted, encoding/json says %v", s, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %#v, want %#v", s, got, want)
		}
	})
}
