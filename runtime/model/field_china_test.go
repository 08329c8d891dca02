package model_test

import (
	"testing"

	"weft/schemas"
)

func TestPhoneTakesUsualChineseSpellings(t *testing.T) {
	t.Parallel()
	checkValues(t, field(schemas.Field{FieldType: schemas.TypePhone}), []valueCase{
		{wire: "13800005678", stored: "+8613800005678"},
		{name: "copied with its direction marks", wire: "\u202d13800005678\u202c", stored: "+8613800005678"},
		{wire: "138 0000 5678", stored: "+8613800005678"},
		{wire: "138-0000-5678", stored: "+8613800005678"},
		{wire: "１３８００００５６７８", stored: "+8613800005678"},
		{wire: "+86 138 0000 5678", stored: "+8613800005678"},
		{wire: "＋８６－13800005678", stored: "+8613800005678"},
		{wire: "0086 13800005678", stored: "+8613800005678"},
		{wire: "8613800005678", stored: "+8613800005678"},
		{wire: "19912345678", stored: "+8619912345678"},
		{wire: "010-66778899", stored: "+861066778899"},
		{wire: "（0571）8888 6666", stored: "+8657188886666"},
		{wire: "+86 571 88886666", stored: "+8657188886666"},
		{wire: "0991-2345678", stored: "+869912345678"},
		{wire: "400-820-8820", stored: "+864008208820"},
		{wire: "+14155552671", stored: "+14155552671"},
		{wire: "+44 20 7946 0958", stored: "+442079460958"},
		{wire: "+852 2345 6789", stored: "+85223456789"},
		{wire: "12800005678", wrong: "not_a_phone"},
		{wire: "1380000567", wrong: "not_a_phone"},
		{wire: "0571-8888666-801", wrong: "not_a_phone"},
		{wire: "010-66778899转801", wrong: "not_a_phone"},
		{wire: "张总 13800005678", wrong: "not_a_phone"},
		{name: "empty", wire: "", wrong: "not_a_phone"},
		{name: "number", wire: 13800005678.0, wrong: "wrong_type"},
	})
}

func TestRegion(t *testing.T) {
	t.Parallel()
	f := field(schemas.Field{FieldType: schemas.TypeRegion})
	checkValues(t, f, []valueCase{
		{wire: "330000", stored: "330000"},
		{wire: "330100", stored: "330100"},
		{wire: "330106", stored: "330106"},
		{wire: "810000", stored: "810000"},
		{wire: "330199", wrong: "not_a_region"},
		{wire: "33", wrong: "not_a_region"},
		{wire: "浙江省", wrong: "not_a_region"},
		{name: "number", wire: 330106.0, wrong: "wrong_type"},
	})
	for code, want := range map[string]string{"330106": "浙江省/杭州市/西湖区", "330100": "浙江省/杭州市", "330000": "浙江省", "441900": "广东省/东莞市"} {
		if got := f.Type.Format(f, code, "zh-CN"); got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
}

func TestCreditCodeWarnsOfAWrongCheckDigit(t *testing.T) {
	t.Parallel()
	f := field(schemas.Field{FieldType: schemas.TypeCreditCode})
	checkValues(t, f, []valueCase{
		{wire: "91330100799655058B", stored: "91330100799655058B"},
		{wire: " 91330100799655058b ", stored: "91330100799655058B"},
		{wire: "9133010079965505", wrong: "not_a_credit_code"},
		{wire: "91330100799655058-", wrong: "not_a_credit_code"},
	})
	for code, want := range map[string]string{"91330100799655058B": "", "91110000802100433B": "", "913301007996550580": "check_digit", "91330100799655058I": "check_digit"} {
		warnings := f.Type.Warn(f, code)
		if list(warnings) != want {
			t.Errorf("%s: %q, want %q", code, list(warnings), want)
		}
		checkTexts(t, warnings)
	}
}

func TestLocation(t *testing.T) {
	t.Parallel()
	f := field(schemas.Field{FieldType: schemas.TypeLocation})
	lake := map[string]any{"lat": 30.25, "lng": 120.15, "system": "gcj02", "address": "西湖"}
	checkValues(t, f, []valueCase{
		{name: "with its system", wire: lake, stored: lake},
		{name: "address cleared", wire: map[string]any{"lat": 0.0, "lng": -180.0, "system": "wgs84", "address": nil}, stored: map[string]any{"lat": 0.0, "lng": -180.0, "system": "wgs84"}},
		{name: "empty address (V2)", wire: map[string]any{"lat": 0.0, "lng": 0.0, "system": "wgs84", "address": " "}, stored: map[string]any{"lat": 0.0, "lng": 0.0, "system": "wgs84"}},
		{name: "nothing", wire: map[string]any{}, wrong: "/lat required, /lng required, /system required"},
		{name: "out of range", wire: map[string]any{"lat": 90.1, "lng": 0.0, "system": "wgs84"}, wrong: "/lat too_great"},
		{name: "unknown system", wire: map[string]any{"lat": 1.0, "lng": 0.0, "system": "bd09"}, wrong: "/system not_a_choice"},
		{name: "unknown member", wire: map[string]any{"lat": 1.0, "lng": 0.0, "system": "wgs84", "a/b": 1.0}, wrong: "/a~1b unknown_field"},
		{name: "text", wire: "30,120", wrong: "wrong_type"},
	})
	if got := f.Type.Format(f, map[string]any{"lat": 30.25, "lng": 120.15}, "en"); got != "30.25, 120.15" {
		t.Error(got)
	}
}
