package query_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"weft/runtime/query"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "ABC": "abc", "ＡＢＣ１２": "abc12", "ﬁn": "fin", "①": "1", "㈱": "(株)", "Ｋ": "k",
		"ΟΔΥΣΣΕΥΣ": "οδυσσευσ", "οδυσσευς": "οδυσσευσ", "É": "é", "é": "é", "中文": "中文", "ｱ": "ア",
	} {
		if got := query.Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSortKeyIsPinyinAndNumbersByValue(t *testing.T) {
	t.Parallel()
	want := []string{"", "3", "20", "100", "abc", "ABD", "阿", "陈", "第2期", "第10期", "李", "王", "张"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int { return strings.Compare(query.SortKey(a), query.SortKey(b)) })
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// Nought is a number too: it stands before one, wherever it is written.
func TestSortKeyPutsNoughtFirst(t *testing.T) {
	t.Parallel()
	for _, want := range [][]string{
		{"第0单", "第1单", "第2单", "第10单"},
		{"item 0", "item 00 x", "item 1", "item 2", "item 10"},
		{"0-0", "0-1", "1-0", "10-0"},
		{"v1.0", "v1.0.1", "v1.1", "v2.0"},
		{"a0b", "a1b", "ab"},
	} {
		got := slices.Clone(want)
		slices.Reverse(got)
		slices.SortFunc(got, func(a, b string) int { return strings.Compare(query.SortKey(a), query.SortKey(b)) })
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	for _, odd := range []string{"０", "0０", "٠0", "0٠1", "⓪0", "0\u0000", strings.Repeat("0", 300), strings.Repeat("0a", 200)} {
		if query.SortKey(odd) == "" {
			t.Errorf("%q has no key", odd)
		}
	}
}

func TestSortKeyOfHugeText(t *testing.T) {
	t.Parallel()
	for _, s := range []string{strings.Repeat("张", 100_000), strings.Repeat("9", 100_000), strings.Repeat("\x00", 1000), "\xff\xfe"} {
		if n := len(query.SortKey(s)); n > 8192 {
			t.Errorf("a key of %d bytes", n)
		}
	}
}

func TestSortKeyIsSafeForManyCallers(t *testing.T) {
	t.Parallel()
	want := query.SortKey("上海某某科技有限公司")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if query.SortKey("上海某某科技有限公司") != want || query.SortKey("李") == want {
					t.Error("keys are mixed up")
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestTokens(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"":              {},
		"科":             {"科"},
		"上海科技":          {"上海", "海科", "科技", "技"},
		"ＡＢＣ公司 HT-2024": {"abc", "公司", "司", "ht", "2024"},
		"哈哈哈":           {"哈哈", "哈"},
		"Привет 東京タワー":  {"привет", "東京", "京", "タワー"},
		"a1b2 a1b2":     {"a1b2"},
		"—，。!":          {},
		"𠮷野家":           {"𠮷野", "野家", "家"},
	} {
		if got := query.Tokens(in); !slices.Equal(got, want) {
			t.Errorf("Tokens(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTokensOfLongText(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for r := rune(0x4E00); r < 0x4E00+5000; r++ {
		b.WriteRune(r)
	}
	once := query.Tokens(b.String())
	if n := len(once); n != 5000 {
		t.Fatalf("%d tokens", n)
	}
	if twice := query.Tokens(b.String() + " " + b.String()); !slices.Equal(once, twice) {
		t.Errorf("a text said twice has %d tokens", len(twice))
	}
	if long := query.Tokens(strings.Repeat("x", 1000)); len(long) != 1 || len(long[0]) != 64 {
		t.Errorf("a word without end became %q", long)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	words := query.Words("科技 有限公 阿 HT-2 科技 " + strings.Repeat("y", 70))
	var got []string
	for _, w := range words {
		s := w.Text + ":"
		for _, term := range w.Terms {
			s += " " + term.Token
			if term.Prefix {
				s += "*"
			}
		}
		if w.CompareText {
			s += " ?"
		}
		got = append(got, s)
	}
	want := []string{"科技: 科技", "有限公: 有限 限公 ?", "阿: 阿*", "ht: ht*", "2: 2*",
		strings.Repeat("y", 70) + ": " + strings.Repeat("y", 64) + "* ?"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
