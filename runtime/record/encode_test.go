package record

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"weft/runtime/model"
)

func TestStoredValuesAreJSON(t *testing.T) {
	t.Parallel()
	for _, v := range []any{
		"", "plain", "中文 \"quoted\" \\ / \n\r\t\b\x00\x1f\u007f\u2028 😀", 0.0, math.Copysign(0, -1), 1.5, 1e-7, 123456789012345.0, 1e15, 1e21, -2.5e300,
		math.MaxFloat64, math.SmallestNonzeroFloat64, true, false, nil, []any{"a", 1.0, nil, []any{}},
		map[string]any{"b": 1.0, "a": map[string]any{}},
	} {
		raw := appendValue(nil, v)
		var back any
		if err := json.Unmarshal(raw, &back); err != nil || !reflect.DeepEqual(back, v) {
			t.Errorf("%v was written as %s: %v", v, raw, err)
		}
	}
	if got := string(appendString(nil, "a\xffb\xc3")); got != "\"a\uFFFDb\uFFFD\"" {
		t.Errorf("broken UTF-8: %q", got)
	}
}

func TestRecordsAreWrittenInOrder(t *testing.T) {
	t.Parallel()
	a, b := &model.Field{Key: "b"}, &model.Field{Key: "a"}
	e := &model.Entity{Fields: []*model.Field{a, b}, ByKey: map[string]*model.Field{"a": b, "b": a}}
	doc := map[string]any{"a": 1.0, "b": "x", "gone": true, "rev": 2.0, "id": "i", "unset": nil}
	if got := string(encodeRecord(e, doc)); got != `{"id":"i","rev":2,"b":"x","a":1,"gone":true}` {
		t.Error(got)
	}
}
