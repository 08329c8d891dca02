package read

import (
	"strings"

	"weft/runtime/model"
	"weft/runtime/query"
)

// HistoryValue is a value of a field as a row of history keeps it: in stored
// form but for decimals, which nothing compares there and a person can read.
func HistoryValue(f *model.Field, stored any) any {
	if text, ok := stored.(string); ok && f.Kind == query.Decimal {
		return query.FormatDecimal(text)
	}
	return stored
}

// HistoryMember is the field of a record in stored form as a row of history keeps it,
// nil for unset. Of a clock that is its wire form without the time that is left of it
// while it runs.
func HistoryMember(f *model.Field, doc map[string]any) any {
	if f.Clock != nil {
		return f.WireOf(doc)
	}
	if doc[f.Key] == nil {
		return nil
	}
	return HistoryValue(f, doc[f.Key])
}

// ParseHistoryValue is the stored form of a value of a field in a row of history,
// nil for unset.
func ParseHistoryValue(f *model.Field, v any) any {
	text, ok := v.(string)
	if !ok || f.Kind != query.Decimal || isStoredDecimal(text) {
		return v
	}
	stored, err := query.ParseDecimal(text)
	if err != nil {
		return v // of a time when the field was of another type
	}
	return stored
}

// isStoredDecimal tells a decimal in stored form, as rows once held them, from
// one as a person writes it: that has fewer digits, also as a sum of many.
func isStoredDecimal(text string) bool {
	return len(text) >= len("10000000000000125000") && !strings.ContainsAny(text, "-.")
}
