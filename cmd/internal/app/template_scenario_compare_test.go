package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
)

// compareAnswer tells how an answer differs from what was expected.
func compareAnswer(want expect, status int, answer []byte, fill func(string) string) []string {
	var wrongs []string
	note := func(format string, args ...any) { wrongs = append(wrongs, fmt.Sprintf(format, args...)) }
	if status != want.Status {
		note("status %d, want %d", status, want.Status)
	}
	var problem struct {
		Code   string
		Errors []struct{ Path, Code string }
	}
	var body any
	_ = json.Unmarshal(answer, &problem) // exports are no JSON
	_ = json.Unmarshal(answer, &body)
	if want.Code != "" && problem.Code != want.Code {
		note("code %q, want %q", problem.Code, want.Code)
	}
	if want.Errors != nil {
		var have []string
		for _, e := range problem.Errors {
			have = append(have, e.Path+" "+e.Code)
		}
		slices.Sort(have)
		slices.Sort(want.Errors)
		if !slices.Equal(have, want.Errors) {
			note("errors %q, want %q", have, want.Errors)
		}
	}
	if want.Body != nil {
		wrongs = append(wrongs, differences("", want.Body, body, fill)...)
	}
	for _, text := range want.Has {
		if !bytes.Contains(answer, []byte(fill(text))) {
			note("does not contain %q", fill(text))
		}
	}
	for _, text := range want.Lacks {
		if bytes.Contains(answer, []byte(fill(text))) {
			note("contains %q", fill(text))
		}
	}
	return wrongs
}

// differences compares what want names; null means that there must be none.
func differences(at string, want, have any, fill func(string) string) []string {
	switch w := want.(type) {
	case map[string]any:
		a, ok := have.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %v, want an object", at, have)}
		}
		var out []string
		for key, v := range w {
			out = append(out, differences(at+"/"+key, v, a[key], fill)...)
		}
		return out
	case []any:
		a, ok := have.([]any)
		if !ok || len(a) != len(w) {
			return []string{fmt.Sprintf("%s is %v, want %d items", at, have, len(w))}
		}
		var out []string
		for i := range w {
			out = append(out, differences(fmt.Sprintf("%s/%d", at, i), w[i], a[i], fill)...)
		}
		return out
	case string:
		want = fill(w)
	}
	if !reflect.DeepEqual(want, have) {
		return []string{fmt.Sprintf("%s is %v, want %v", at, have, want)}
	}
	return nil
}
