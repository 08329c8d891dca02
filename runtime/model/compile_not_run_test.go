package model_test

import "testing"

// What is published and never runs is said. // E8
func TestScriptsThatDoNotRunAreWarnedOf(t *testing.T) {
	t.Parallel()
	m := compile(t, thing(property("a", "text", ""), ""),
		`{"kind":"script","key":"hook","title":`+title+`,"entity":"thing","events":["before_create"],"source":"1"}`)
	have := map[string]string{}
	for _, w := range m.Warnings {
		have[w.Path] = w.Code
	}
	if len(have) != 1 || have["/script/hook"] != "not_run_yet" {
		t.Errorf("warnings: %v", have)
	}
}
