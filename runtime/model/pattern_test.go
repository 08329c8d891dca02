package model

import (
	"regexp"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

// Patterns that both engines read alike, each asked of an ECMA-262 engine too.
func TestPatternsMatchAsInBrowsers(t *testing.T) { // V7
	texts := []string{
		"", "a", "abc", "ABC", "a b", "a\u3000b", "\u3000", "\u00a0", "\ufeff", "\u200b", "a\nb", "a\rb", "a\u2028b", "张伟", "li.wei", "1", "12", "1-2", "a-b", "[", "]", "{",
		"\t", "\v", "_", "é", "😀", "x1y", "\\", "/", "aa", "aaa", "www",
	}
	for _, pattern := range []string{
		`^\S+$`, `^\s*$`, `[\s\d]`, `[^\s]`, `[\S]`, `^[^\S]$`, `^.$`, `^a.b$`, `^[a-z]+$`, `^[a-z.-]+$`, `^[\w.\-]+$`, `\d{2}`, `^\d{1,2}$`, `^a{2,}$`, `^(?:a|b)+$`, `^(?<first>a)`,
		`^[一-龥]+$`, `^[\u4e00-\u9fff]{2,4}$`, `\u{1F600}`, `^\x61`, `[[]`, `[\]]`, `\[`, `\/`, `\{`, `\bb`, `a\b`, `\Bb`, `^[-a]+$`, `^[a-]+$`, `a*?b`, `^$`, `|`, `\\`, `(a)(b)`, `[^a-z]`, `[\t\v]`, `\W`, `\D`, `[a-z-9]`,
	} {
		re, err := compilePattern(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		vm := goja.New()
		if err := vm.Set("pattern", pattern); err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if err := vm.Set("text", text); err != nil {
				t.Fatal(err)
			}
			want, err := vm.RunString(`new RegExp(pattern, "u").test(text)`)
			if err != nil {
				t.Fatalf("%s: %v", pattern, err)
			}
			if got := re.MatchString(text); got != want.ToBoolean() {
				t.Errorf("%s on %q: %t here, %t in ECMA-262", pattern, text, got, want.ToBoolean())
			}
		}
	}
}

func TestCategoriesOfPatterns(t *testing.T) { // goja has no \p, so this one stands by itself
	re, err := compilePattern(`^\p{Lu}\p{L}*[\p{N}]$`)
	if err != nil || !re.MatchString("Äb5") || re.MatchString("äb5") {
		t.Error(re, err)
	}
}

// What only one of the engines reads, or each in its own way, is refused.
func TestPatternsThatEnginesReadDifferentlyAreRefused(t *testing.T) { // V7
	for _, pattern := range []string{
		`(?i)^abc$`, `(?i:a)`, `\Aabc\z`, `\Z`, `[[:alpha:]]+\Q`, `\Qa\E`, `(?P<n>a)`, `(?=a)`, `(?!a)`, `(?<=a)`, `(?<!a)b`, `\x{41}`, `\pL`, `\p{Greek}`, `\p{Han}`, `\a`, `\0`, `\1`, `\k<n>`, `\cA`, `\C`,
		`[]a]`, `[^]`, `{`, `a{,3}`, `a{x}`, `}`, `]`, `a{1001}`, `a**`, `a++`, `^*`, `$+`, `\b?`, `[a-\d]`, `[\d-z]`, `[a-\s]`, `\e`, `\_`, `\ `, `\-`, `\u12`, `\ud83d`, `\x4`, `(`, `)`, `[`, `\`, `[z-a]`, `(?`, `(?#c)`, `(?<1>a)`, `\`,
	} {
		if _, err := compilePattern(pattern); err == nil {
			t.Errorf("%s is accepted", pattern)
		}
	}
}

// A bracket inside a class never begins a POSIX class.
func TestNoPOSIXClasses(t *testing.T) {
	re, err := compilePattern(`^[[:alpha]+$`)
	if err != nil || !re.MatchString("[:a") || re.MatchString("b") {
		t.Error(re, err)
	}
}

func FuzzPattern(f *testing.F) {
	for _, s := range []string{`^\S+$`, `[\s-]`, `(?:a|b){2,3}`, `[^a\]]`, `\u{1F600}`} {
		f.Add(s, "a b")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		re, err := compilePattern(pattern)
		if err != nil || strings.ContainsRune(text, '\ufffd') || regexp.MustCompile(`\\p|\\P`).MatchString(pattern) {
			return
		}
		vm := goja.New()
		_ = vm.Set("pattern", pattern)
		_ = vm.Set("text", text)
		want, err := vm.RunString(`new RegExp(pattern, "u").test(text)`)
		if err != nil {
			t.Fatalf("%q is accepted here, and in ECMA-262: %v", pattern, err)
		}
		if got := re.MatchString(text); got != want.ToBoolean() {
			t.Fatalf("%q on %q: %t here, %t in ECMA-262", pattern, text, got, want.ToBoolean())
		}
	})
}
