package model_test

import "testing"

// What is published and never runs is said. // E8
func TestTriggersAndScriptsThatDoNotRunAreWarnedOf(t *testing.T) {
	t.Parallel()
	m := compile(t, thing(property("a", "text", ""), ""),
		`{"kind":"trigger","key":"greet","title":`+title+`,"entity":"thing","event":"created","actions":[{"type":"set","values":{"a":"x"}}]}`,
		`{"kind":"script","key":"hook","title":`+title+`,"entity":"thing","events":["before_create"],"source":"1"}`)
	have := map[string]string{}
	for _, w := range m.Warnings {
		have[w.Path] = w.Code
	}
	if len(have) != 2 || have["/trigger/greet"] != "not_run_yet" || have["/script/hook"] != "not_run_yet" {
		t.Errorf("warnings: %v", have)
	}
}
