package record

import (
	"weft/runtime/query"
	"weft/runtime/store"
)

// rollUpTotals are count, sum, least and greatest of some values in stored form.
type rollUpTotals struct {
	decimal  bool // values are Decimal strings, added exactly
	n        int64
	sum      any
	min, max any
}

// add takes one record in; unset values of a field count for nothing.
func (f *rollUpTotals) add(v any, ofField bool) {
	if ofField && v == nil {
		return
	}
	f.n++
	if !ofField {
		return
	}
	f.addSum(v)
	if f.min == nil || less(v, f.min) {
		f.min = v
	}
	if f.max == nil || less(f.max, v) {
		f.max = v
	}
}

func (f *rollUpTotals) addSum(v any) {
	switch {
	case v == nil:
	case f.sum == nil:
		f.sum = v
	case f.decimal:
		a, _ := f.sum.(string)
		b, _ := v.(string)
		f.sum = query.AddDecimal(a, b)
	default:
		a, _ := f.sum.(float64)
		b, _ := v.(float64)
		f.sum = query.RoundSum(a + b)
	}
}

// addRow takes in one row of an aggregate with the metrics n, sum, min, max.
func (f *rollUpTotals) addRow(row store.Row) {
	n, _ := row["n"].(int64)
	f.n += n
	f.addSum(storedForm(row["sum"]))
	if v := storedForm(row["min"]); v != nil && (f.min == nil || less(v, f.min)) {
		f.min = v
	}
	if v := storedForm(row["max"]); v != nil && (f.max == nil || less(f.max, v)) {
		f.max = v
	}
}

// result is the value in stored form: count and sum of nothing are 0, the
// others are unset.
func (f *rollUpTotals) result(fn string) any {
	switch fn {
	case "count":
		return float64(f.n)
	case "sum":
		if f.sum != nil {
			return f.sum
		}
		if f.decimal {
			zero, err := query.ParseDecimal("0")
			if err != nil {
				return nil
			}
			return zero
		}
		return float64(0)
	case "avg":
		return f.average()
	case "min":
		return f.min
	case "max":
		return f.max
	}
	return nil
}

func (f *rollUpTotals) average() any {
	if f.n == 0 || f.sum == nil {
		return nil
	}
	if f.decimal {
		sum, _ := f.sum.(string)
		return query.AverageDecimal(sum, f.n)
	}
	sum, _ := f.sum.(float64)
	return query.RoundSum(sum / float64(f.n))
}

func less(a, b any) bool {
	switch x := a.(type) {
	case string:
		y, ok := b.(string)
		return ok && x < y
	case float64:
		y, ok := b.(float64)
		return ok && x < y
	case bool:
		y, ok := b.(bool)
		return ok && !x && y
	}
	return false
}
