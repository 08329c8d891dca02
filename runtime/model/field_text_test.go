package model_test

import (
	"strings"
	"testing"

	"weft/runtime/model"
	"weft/schemas"
)

func TestText(t *testing.T) {
	t.Parallel()
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeText}), []valueCase{
		{name: "kept as it is", wire: "阿里 Ｃo.", stored: "阿里 Ｃo."},
		{name: "without blanks at its ends", wire: " \t阿里\u3000Ｃo.\u200b\u3000", stored: "阿里\u3000Ｃo."},
		{name: "brought to NFC", wire: "e\u0301", stored: "é"},
		{name: "empty is unset", wire: "", stored: nil},
		{name: "blank is unset", wire: " \u3000\u200b", stored: nil},
		{name: "emoji", wire: "👩‍💻", stored: "👩‍💻"},
		{name: "lone surrogate or broken UTF-8", wire: "a\xffb", stored: "a\uFFFDb"},
		{name: "NUL", wire: "a\x00b", wrong: "nul_character"},
		{name: "255 characters", wire: strings.Repeat("字", 255), stored: strings.Repeat("字", 255)},
		{name: "256 characters", wire: strings.Repeat("字", 256), wrong: "too_long"},
		{name: "a number", wire: 1.0, wrong: "wrong_type"},
		{name: "an array", wire: []any{"a"}, wrong: "wrong_type"},
	})
}

func TestTextBounds(t *testing.T) {
	t.Parallel()
	low, high := 2, 4
	f := field(schemas.Field{FieldType: schemas.TypeText, MinLength: &low, MaxLength: &high, Pattern: "^[a-z]+$"})
	checkValues(t, f, []valueCase{
		{wire: "abc", stored: "abc"},
		{wire: "a", wrong: "too_short"},
		{wire: "ABCDE", wrong: "too_long, pattern"},
	})
}

func TestLongText(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长\n", 49_999) + "长文"
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeLongText}), []valueCase{
		{name: "100,000 characters", wire: long, stored: long},
		{name: "one more", wire: long + "x", wrong: "too_long"},
	})
}

func TestPlainTextIsNormalisedWithoutAllocation(t *testing.T) {
	f := field(schemas.Field{FieldType: schemas.TypeText})
	for _, wire := range []any{"an ordinary company name", "杭州西湖科技有限公司"} {
		if n := testing.AllocsPerRun(100, func() { f.Type.Normalise(f, wire) }); n != 0 {
			t.Errorf("%v allocations for %q", n, wire)
		}
	}
}

func TestEmail(t *testing.T) {
	t.Parallel()
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeEmail}), []valueCase{
		{wire: "li.wei+crm@example.com.cn", stored: "li.wei+crm@example.com.cn"},
		{wire: " a@b.cn ", stored: "a@b.cn"},
		{wire: "李雷@例子.公司", stored: "李雷@例子.公司"},
		{name: "empty", wire: "", wrong: "not_an_email"},
		{wire: "a@b", wrong: "not_an_email"},
		{wire: "a b@c.cn", wrong: "not_an_email"},
		{wire: "Li Wei <li@b.cn>", wrong: "not_an_email"},
		{wire: "a@b@c.cn", wrong: "not_an_email"},
		{wire: ".a@b.cn", wrong: "not_an_email"},
		{wire: "a@-b.cn", wrong: "not_an_email"},
		{wire: "a@b..cn", wrong: "not_an_email"},
		{name: "header injection", wire: "a@b.cn\r\nBcc: x@y.z", wrong: "not_an_email"},
	})
}

func TestURLTakesWebAddressesOnly(t *testing.T) {
	t.Parallel()
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeURL}), []valueCase{
		{wire: "https://例子.cn/路径?q=1#a", stored: "https://例子.cn/路径?q=1#a"},
		{wire: "HTTP://example.com", stored: "HTTP://example.com"},
		{wire: "http://127.0.0.1:8080/", stored: "http://127.0.0.1:8080/"},
		{wire: "javascript:alert(1)", wrong: "not_a_url"},
		{wire: "java\tscript:alert(1)", wrong: "not_a_url"},
		{wire: "data:text/html,x", wrong: "not_a_url"},
		{wire: "//example.com", wrong: "not_a_url"},
		{wire: "https:///path", wrong: "not_a_url"},
		{wire: "example.com", wrong: "not_a_url"},
		{wire: "https://a b.cn", wrong: "not_a_url"},
	})
}

func TestAutoNumber(t *testing.T) {
	t.Parallel()
	f := field(schemas.Field{FieldType: schemas.TypeAutoNumber, AutoNumber: &schemas.AutoNumber{Prefix: "HT-", Digits: 4}})
	for n, want := range map[int64]string{1: "HT-0001", 42: "HT-0042", 12345: "HT-12345"} {
		if got := model.AutoNumber(f, n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
