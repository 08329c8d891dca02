package problem_test

import (
	"testing"

	"weft/runtime/problem"
)

func TestLanguage(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"": "zh-CN", "en": "en", "en-GB,en;q=0.9": "en", "zh-TW": "zh-CN", "fr": "zh-CN", "fr, en;q=0.3": "en",
		"zh;q=0.2, en;q=0.8": "en", "en;q=0.2, zh-CN": "zh-CN", ";;;": "zh-CN", "*": "zh-CN",
	} {
		if got := problem.Language(header); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}
