package problem

import (
	"errors"
	"fmt"
	"testing"
)

type bilingual struct{ zh, en string }

func (b bilingual) In(lang string) string {
	if lang == "en" {
		return b.en
	}
	return b.zh
}

func TestEveryCodeHasAStatusAndATitle(t *testing.T) {
	t.Parallel()
	for code, status := range statuses {
		if code.Status() != status || titles[code].zh == "" || titles[code].en == "" {
			t.Errorf("%s: status %d, titles %+v", code, code.Status(), titles[code])
		}
	}
	if len(titles) != len(statuses) {
		t.Errorf("%d titles for %d codes", len(titles), len(statuses))
	}
	if got := Code("invented").Status(); got != 500 {
		t.Errorf("an unknown code has status %d", got)
	}
}

func TestTextsAreFilledInTheLanguageOfTheReader(t *testing.T) {
	t.Parallel()
	f := At("/amount", "too_great", "max", 5)
	if got := f.Message("en"); got != "must not be more than 5" {
		t.Errorf("en: %q", got)
	}
	if got := f.Message("zh-CN"); got != "不能大于 5" {
		t.Errorf("zh-CN: %q", got)
	}
	titled := At("/x", "wrong_type", "want", bilingual{"文本", "a string"})
	if got := titled.Message("en"); got != "must be a string" {
		t.Errorf("title in en: %q", got)
	}
	// A value that looks like a placeholder stays what it is.
	e := New(Malformed, "json_duplicate", map[string]any{"key": "{key}"})
	if got := e.Detail("en"); got != "the key {key} occurs twice" {
		t.Errorf("placeholder as value: %q", got)
	}
	if got := New(Stale, "", nil).Detail("zh-CN"); got != "记录已被他人更改" {
		t.Errorf("no key: %q", got)
	}
}

func TestForeignErrorsReadAsInternal(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk on fire")
	wrapped := fmt.Errorf("save: %w", Wrap(StorageFull, cause))
	for _, c := range []struct {
		err  error
		want Code
	}{{nil, ""}, {cause, Internal}, {wrapped, StorageFull}} {
		if got := CodeOf(c.err); got != c.want {
			t.Errorf("%v: %s, want %s", c.err, got, c.want)
		}
	}
	if !errors.Is(wrapped, cause) {
		t.Error("the cause is lost")
	}
}

func TestPointer(t *testing.T) {
	t.Parallel()
	if got := Pointer("items", 0, "a/b~c"); got != "/items/0/a~1b~0c" {
		t.Error(got)
	}
}
