package formula

import (
	"github.com/shopspring/decimal"

	"weft/runtime/query"
)

var numbers = []query.Kind{query.Number}

func init() {
	addFunctions(map[string]function{
		// ROUND(n, places): half away from zero; places may be negative.
		"ROUND": {args: []query.Kind{query.Number, query.Number}, optional: 1, sameKind: true, call: round},
		"FLOOR": {args: numbers, sameKind: true, call: func(_ *env, a []any) (any, error) { return number(a, 0).Floor(), nil }},
		"CEIL":  {args: numbers, sameKind: true, call: func(_ *env, a []any) (any, error) { return number(a, 0).Ceil(), nil }},
		"ABS":   {args: numbers, sameKind: true, call: func(_ *env, a []any) (any, error) { return number(a, 0).Abs(), nil }},
		"SUM":   {args: numbers, many: true, sameKind: true, skips: true, call: sum},
		"AVG":   {args: numbers, many: true, sameKind: true, skips: true, call: average},
	})
}

func number(args []any, i int) decimal.Decimal { return args[i].(decimal.Decimal) }

// smallInt reads a whole number between -limit and limit.
func smallInt(v any, limit int64) (int, bool) {
	d := v.(decimal.Decimal)
	if !d.IsInteger() || d.Abs().GreaterThan(decimal.NewFromInt(limit)) {
		return 0, false
	}
	return int(d.IntPart()), true
}

func round(_ *env, args []any) (any, error) {
	digits := 0
	if len(args) == 2 {
		n, ok := smallInt(args[1], places)
		if !ok {
			return nil, nil
		}
		digits = n
	}
	return number(args, 0).Round(int32(digits)), nil
}

func sum(_ *env, args []any) (any, error) {
	total := decimal.Zero
	for i := range args {
		total = total.Add(number(args, i))
	}
	return limit(total)
}

func average(e *env, args []any) (any, error) {
	total, err := sum(e, args)
	if err != nil {
		return nil, err
	}
	return limit(total.(decimal.Decimal).DivRound(decimal.NewFromInt(int64(len(args))), places))
}
