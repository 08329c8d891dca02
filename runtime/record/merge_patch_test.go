package record

import (
	"encoding/json"
	"reflect"
	"testing"
)

// The examples of RFC 7396, appendix A, where the patch is an object.
func TestMergePatch(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`{"e":null}`, `{"a":1}`, `{"e":null,"a":1}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
	} {
		var target, patch, want any
		for i, v := range []*any{&target, &patch, &want} {
			if err := json.Unmarshal([]byte(c[i]), v); err != nil {
				t.Fatal(err)
			}
		}
		if got := mergePatch(target, patch); !reflect.DeepEqual(got, want) {
			t.Errorf("%s with %s: %v, want %s", c[0], c[1], got, c[2])
		}
	}
}

// FuzzMergePatch: a patch changes neither argument, applies once and for all,
// and leaves no null that it brought.
func FuzzMergePatch(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"a":{"b":1}}`, `{"a":{"b":null,"c":[null]}}`}, {`null`, `{"a":{}}`}, {`[1]`, `{"":{"":null}}`},
		{`{"a":1}`, `3`}, {`{"__proto__":{}}`, `{"__proto__":{"x":1}}`}, {`{"a":"\u0000"}`, `{"a":null,"a":1}`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, targetText, patchText string) {
		var target, patch any
		if json.Unmarshal([]byte(targetText), &target) != nil || json.Unmarshal([]byte(patchText), &patch) != nil {
			return
		}
		before, beforePatch := mustJSON(t, target), mustJSON(t, patch)
		once := mergePatch(target, patch)
		if mustJSON(t, target) != before || mustJSON(t, patch) != beforePatch {
			t.Fatal("an argument was changed")
		}
		if twice := mergePatch(once, patch); !reflect.DeepEqual(once, twice) {
			t.Fatalf("applied twice: %v, then %v", once, twice)
		}
		changes, ok := patch.(map[string]any)
		if !ok {
			return
		}
		merged, ok := once.(map[string]any)
		if !ok {
			t.Fatalf("a patch of an object made %T", once)
		}
		for k, v := range changes {
			if _, there := merged[k]; there == (v == nil) {
				t.Fatalf("member %q: there %v after %v", k, there, v)
			}
		}
	})
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
