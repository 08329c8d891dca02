package formula

import (
	"time"

	"github.com/shopspring/decimal"

	"weft/runtime/query"
)

func init() {
	addFunctions(map[string]function{
		"TODAY": {result: query.Date, clock: true, call: func(e *env, _ []any) (any, error) { return e.now.Format(query.DateLayout), nil }},
		"NOW":   {result: query.Instant, clock: true, call: func(e *env, _ []any) (any, error) { return e.now.Truncate(time.Millisecond), nil }},
		// DATE(year, month, day) is unset for a day that does not exist.
		"DATE": {args: []query.Kind{query.Number, query.Number, query.Number}, result: query.Date, call: date},
		// DATE_OF(instant) is its day in the organisation's time zone.
		"DATE_OF": {args: []query.Kind{query.Instant}, result: query.Date, call: dateOf},
		// DAYS(end, start) is the number of days from start to end.
		"DAYS": {args: []query.Kind{query.Date, query.Date}, result: query.Number, call: days},
		// ADD_DAYS(date, n); ADD_MONTHS(date, n) stays within the month: 31 January + 1 is the last of February.
		"ADD_DAYS":   {args: []query.Kind{query.Date, query.Number}, result: query.Date, call: addDays},
		"ADD_MONTHS": {args: []query.Kind{query.Date, query.Number}, result: query.Date, call: addMonths},
		"YEAR":       {args: []query.Kind{query.Date}, result: query.Number, call: part(time.Time.Year)},
		"MONTH":      {args: []query.Kind{query.Date}, result: query.Number, call: part(func(t time.Time) int { return int(t.Month()) })},
		"DAY":        {args: []query.Kind{query.Date}, result: query.Number, call: part(time.Time.Day)},
		// WEEKDAY(date) is 1 for Monday to 7 for Sunday.
		"WEEKDAY": {args: []query.Kind{query.Date}, result: query.Number, call: part(func(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 })},
	})
}

// maxDays bounds what is added to a date: more leaves the years 1 to 9999.
const maxDays = 4_000_000

func day(v any) (time.Time, error) { return time.Parse(query.DateLayout, v.(string)) }

// dayValue is t as a date; unset outside the years 1 to 9999.
func dayValue(t time.Time) any {
	if t.Year() < 1 || t.Year() > 9999 {
		return nil
	}
	return t.Format(query.DateLayout)
}

func date(_ *env, args []any) (any, error) {
	var ymd [3]int
	for i := range ymd {
		n, ok := smallInt(args[i], 9999)
		if !ok || n < 1 {
			return nil, nil
		}
		ymd[i] = n
	}
	t := time.Date(ymd[0], time.Month(ymd[1]), ymd[2], 0, 0, 0, 0, time.UTC)
	if t.Year() != ymd[0] || int(t.Month()) != ymd[1] || t.Day() != ymd[2] {
		return nil, nil
	}
	return dayValue(t), nil
}

func dateOf(e *env, args []any) (any, error) {
	return dayValue(args[0].(time.Time).In(e.now.Location())), nil
}

func days(_ *env, args []any) (any, error) {
	end, err := day(args[0])
	if err != nil {
		return nil, err
	}
	start, err := day(args[1])
	if err != nil {
		return nil, err
	}
	return decimal.NewFromInt((end.Unix() - start.Unix()) / 86400), nil
}

func addDays(_ *env, args []any) (any, error) {
	n, ok := smallInt(args[1], maxDays)
	t, err := day(args[0])
	if err != nil || !ok {
		return nil, err
	}
	return dayValue(t.AddDate(0, 0, n)), nil
}

func addMonths(_ *env, args []any) (any, error) {
	n, ok := smallInt(args[1], maxDays/30)
	t, err := day(args[0])
	if err != nil || !ok {
		return nil, err
	}
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return dayValue(first.AddDate(0, 0, min(t.Day(), last)-1)), nil
}

func part(of func(time.Time) int) func(*env, []any) (any, error) {
	return func(_ *env, args []any) (any, error) {
		t, err := day(args[0])
		if err != nil {
			return nil, err
		}
		return decimal.NewFromInt(int64(of(t))), nil
	}
}
