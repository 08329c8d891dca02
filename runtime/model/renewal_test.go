package model_test

import (
	"testing"

	"weft/runtime/model"
)

func TestRenewalsNameWhatRecordsLack(t *testing.T) {
	t.Parallel()
	name := func(rest string) string { return property("name", "text", rest) }
	size := func(formula string) string {
		return name("") + "," + property("size", "formula", `,"x-formula":"`+formula+`","x-result":"number"`)
	}
	total := func(fn string) string {
		return name("") + "," + property("up", "reference", `,"x-entity":"thing"`) + "," + property("n", "roll_up", `,"x-roll-up":{"entity":"thing","field":"up","func":"`+fn+`"}`)
	}
	for _, c := range []struct {
		what, before, after string
		computed, text      bool
	}{
		{"nothing", name(""), name(""), false, false},
		{"a title", name(""), name(`,"x-help":{"zh-CN":"帮","en":"Help"}`), false, false},
		{"a new field", name(""), name("") + "," + property("code", "text", `,"x-searchable":true`), false, false},
		{"searchable", name(""), name(`,"x-searchable":true`), false, true},
		{"sortable", name(""), name(`,"x-sortable":true`), false, true},
		{"sortable where searchable has a sort key already", name(`,"x-searchable":true`), name(`,"x-searchable":true,"x-sortable":true`), false, false},
		{"searchable where there is only a sort key", name(`,"x-sortable":true`), name(`,"x-searchable":true`), false, true},
		{"no longer searchable", name(`,"x-searchable":true`), name(""), false, false},
		{"a new formula", name(""), size("LEN(name)"), true, false},
		{"another formula", size("LEN(name)"), size("LEN(name) + 1"), true, false},
		{"the same formula", size("LEN(name)"), size("LEN(name)"), false, false},
		{"a new roll-up", name(""), total("count"), true, false},
		{"a new text formula that is searched", name(""), name("") + "," + property("tag", "formula", `,"x-formula":"UPPER(name)","x-result":"text","x-searchable":true`), true, true},
	} {
		old, now := compile(t, thing(c.before, "")), compile(t, account0, thing(c.after, ""))
		got := model.Recomputations(old, now)
		if want := c.computed || c.text; len(got) != 0 != want {
			t.Errorf("%s: %+v", c.what, got)
			continue
		}
		for _, r := range got {
			if r.Entity != now.Entities["thing"] || r.Computed != c.computed || r.Text != c.text {
				t.Errorf("%s: computed %v, text %v", c.what, r.Computed, r.Text)
			}
		}
	}
	if got := model.Recomputations(nil, compile(t, thing(size("LEN(name)"), ""))); len(got) != 0 {
		t.Errorf("there were no records before the first version: %+v", got)
	}
	for v, want := range map[int64]string{1: "0000000001", 1234567890: "1234567890", 12345678901: "12345678901"} {
		if got := model.VersionID(v); got != want {
			t.Errorf("version %d is %s", v, got)
		}
	}
}
