package request_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"weft/runtime/problem"
	"weft/runtime/request"
)

func TestTextBodies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, contentType, body string
		want                    problem.Code
	}{
		{"JSON", "application/json", `{"name":"张三"}`, ""},
		{"charset named", "application/json; charset=UTF-8", `{}`, ""},
		{"charset without hyphen", "application/json; charset=utf8", `{}`, ""},
		{"GBK bytes", "application/json", "{\"name\":\"\xd5\xc5\xc8\xfd\"}", problem.Malformed},      // V12
		{"GBK named", "application/json; charset=gbk", "{\"name\":\"\xd5\xc5\"}", problem.MediaType}, // V12
		{"Latin-1 named", "application/json; charset=latin-1", `{}`, problem.MediaType},              // V12
		{"another type", "text/plain", `{}`, problem.MediaType},
		{"no type", "", `{}`, problem.MediaType},
		{"too large", "application/json", strings.Repeat(" ", 101), problem.TooLarge},
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(c.body))
		if c.contentType != "" {
			r.Header.Set("Content-Type", c.contentType)
		}
		text, err := request.Text(r, 100, "application/json")
		if problem.CodeOf(err) != c.want || err == nil && text != c.body {
			t.Errorf("%s: %q, %v; want %q", c.name, text, err, c.want)
		}
	}
}

func TestReadJSONIsStrict(t *testing.T) {
	t.Parallel()
	type inner struct {
		Name string `json:"name"`
	}
	for body, fine := range map[string]bool{
		`{"name":"a","n":1}`: true, `{}`: true,
		`{"Name":"a"}`: false, `{"name":"a","name":"b"}`: false, `{"other":1}`: false, `{"n":"1"}`: false, `[]`: false, `{} {}`: false,
	} {
		var into struct {
			inner
			N int `json:"n"`
		}
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		if err := request.ReadJSON(r, &into); (err == nil) != fine || !fine && problem.CodeOf(err) != problem.Malformed {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestParseETag(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]int64{`"3"`: 3, `W/"3"`: 3, `3`: 3, ` "12" `: 12, `""`: 0, `"x"`: 0, `"-1"`: 0, `"0"`: 0, `"99999999999999999999"`: 0} {
		got, ok := request.ParseETag(tag)
		if ok != (want > 0) || ok && got != want {
			t.Errorf("%s: %d, %v", tag, got, ok)
		}
	}
}
