package sqlite

import (
	"encoding/json"
	"testing"
)

func TestLoneSurrogatesAreReplaced(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"a":"plain"}`:              `{"a":"plain"}`,
		`{"a":"\ud800"}`:             `{"a":"\ufffd"}`,
		`{"a":"\uDFFFx\uDBFF"}`:      `{"a":"\ufffdx\ufffd"}`,
		`{"a":"\ud83d\ude00"}`:       `{"a":"\ud83d\ude00"}`,
		`{"a":"\ude00\ud83d"}`:       `{"a":"\ufffd\ufffd"}`,
		`{"a":"\ud83d\ud83d\ude00"}`: `{"a":"\ufffd\ud83d\ude00"}`,
		`{"a":"\\ud800"}`:            `{"a":"\\ud800"}`,
		`{"a":"\\\ud800\u000a\n"}`:   `{"a":"\\\ufffd\u000a\n"}`,
		`{"a":"\u"`:                  `{"a":"\u"`,
		`\`:                          `\`,
		`\u\`:                        `\u\`,
	} {
		got := string(replaceLoneSurrogates([]byte(body)))
		if got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
		var a, b any
		if json.Unmarshal([]byte(body), &a) != nil {
			continue
		}
		if err := json.Unmarshal([]byte(got), &b); err != nil || a.(map[string]any)["a"] != b.(map[string]any)["a"] {
			t.Errorf("%s reads %v, %s reads %v, %v", body, a, got, b, err)
		}
	}
}
