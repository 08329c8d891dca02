package jsontext_test

import (
	"encoding/json"
	"testing"

	"weft/runtime/jsontext"
)

// Discard accepts what encoding/json accepts, and nothing else.
func TestAReaderIsStrict(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"a":[1,-0,2.5e-3,"x\"y\u00e9",true,false,null,{"b":{}}]}`, ` [ ] `, `"中文"`, "\"a\xffb\"", `0`,
		``, ` `, `{`, `{"a"}`, `{"a":1,}`, `{,}`, `{a:1}`, `[1,]`, `[,]`, `[1 2]`, `[1]]`, `01`, `1.`, `1e`, `-`, `+1`, `.5`,
		`tru`, `nulls`, `"a`, `"\x"`, `"\u12"`, "\"a\nb\"", `"a\"`, "1\x00",
	} {
		r := jsontext.Read([]byte(text))
		err := r.Discard()
		if ok := err == nil && r.End(); ok != json.Valid([]byte(text)) {
			t.Errorf("%q: accepted %t, %v", text, ok, err)
		}
	}
}
