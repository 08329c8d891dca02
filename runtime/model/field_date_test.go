package model_test

import (
	"testing"

	"weft/schemas"
)

func TestDate(t *testing.T) {
	t.Parallel()
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeDate}), []valueCase{
		{wire: "2026-01-31", stored: "2026-01-31"},
		{wire: "2024-02-29", stored: "2024-02-29"},
		{wire: "9999-12-31", stored: "9999-12-31"},
		{wire: "2026-02-29", wrong: "not_a_date"},
		{wire: "1900-02-29", wrong: "not_a_date"},
		{wire: "2026-04-31", wrong: "not_a_date"},
		{wire: "2026-13-01", wrong: "not_a_date"},
		{wire: "2026-00-10", wrong: "not_a_date"},
		{wire: "0000-01-01", wrong: "not_a_date"},
		{wire: "2026-1-1", wrong: "not_a_date"},
		{wire: "2026/01/01", wrong: "not_a_date"},
		{wire: "2026-01-31T00:00:00Z", wrong: "not_a_date"},
		{wire: "２０２６-01-31", wrong: "not_a_date"},
		{name: "empty", wire: "", wrong: "not_a_date"},
		{name: "number", wire: 20260131.0, wrong: "wrong_type"},
	})
}

func TestDatetime(t *testing.T) {
	t.Parallel()
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeDatetime}), []valueCase{
		{wire: "2026-01-31T09:00:00+08:00", stored: "2026-01-31T01:00:00.000Z"},
		{wire: "2026-01-31T01:00:00.123Z", stored: "2026-01-31T01:00:00.123Z"},
		{name: "small letters", wire: "2026-01-31t01:00:00.123z", stored: "2026-01-31T01:00:00.123Z"},
		{wire: "2026-01-31T01:00:00.1239999Z", stored: "2026-01-31T01:00:00.123Z"},
		{wire: "2026-01-31T01:00:00Z", stored: "2026-01-31T01:00:00.000Z"},
		{wire: "2026-12-31T23:30:00-01:00", stored: "2027-01-01T00:30:00.000Z"},
		{wire: "2026-01-31T09:00:00", wrong: "not_a_datetime"},
		{wire: "2026-01-31", wrong: "not_a_datetime"},
		{wire: "2026-01-31 09:00:00Z", wrong: "not_a_datetime"},
		{wire: "2026-01-31T9:00:00Z", wrong: "not_a_datetime"},
		{wire: "2026-01-31T09:00:00,5Z", wrong: "not_a_datetime"},
		{wire: "2026-01-31T09:00:00+99:00", wrong: "not_a_datetime"},
		{wire: "2026-01-31T09:00:00+0800", wrong: "not_a_datetime"},
		{name: "the greatest offset (V8)", wire: "2026-01-31T23:59:00+23:59", stored: "2026-01-31T00:00:00.000Z"},
		{wire: "2026-01-31T09:00:00-24:00", wrong: "not_a_datetime"},
		{wire: "2026-01-31T09:00:00+10:60", wrong: "not_a_datetime"},
		{wire: "2026-01-31T09:00:00.123+24:00", wrong: "not_a_datetime"},
		{wire: "2026-01-31T24:00:00Z", wrong: "not_a_datetime"},
		{wire: "2026-02-30T00:00:00Z", wrong: "not_a_datetime"},
		{name: "before the year 1 in UTC", wire: "0001-01-01T00:00:00+08:00", wrong: "not_a_datetime"},
		{name: "after the year 9999 in UTC", wire: "9999-12-31T23:00:00-08:00", wrong: "not_a_datetime"},
		{name: "number", wire: 0.0, wrong: "wrong_type"},
	})
}
