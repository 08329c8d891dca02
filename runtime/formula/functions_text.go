package formula

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"weft/runtime/query"
)

var texts = []query.Kind{query.Text}

func init() {
	addFunctions(map[string]function{
		"UPPER": {args: texts, result: query.Text, call: func(_ *env, a []any) (any, error) { return strings.ToUpper(a[0].(string)), nil }},
		"LOWER": {args: texts, result: query.Text, call: func(_ *env, a []any) (any, error) { return strings.ToLower(a[0].(string)), nil }},
		"TRIM":  {args: texts, result: query.Text, call: func(_ *env, a []any) (any, error) { return strings.TrimSpace(a[0].(string)), nil }},
		// LEFT(text, n) and RIGHT(text, n) count characters (code points).
		"LEFT":  {args: []query.Kind{query.Text, query.Number}, result: query.Text, call: left},
		"RIGHT": {args: []query.Kind{query.Text, query.Number}, result: query.Text, call: right},
	})
}

func left(_ *env, args []any) (any, error) {
	runes := []rune(args[0].(string))
	return string(runes[:clip(args[1], len(runes))]), nil
}

func right(_ *env, args []any) (any, error) {
	runes := []rune(args[0].(string))
	return string(runes[len(runes)-clip(args[1], len(runes)):]), nil
}

// clip brings a number into 0…length.
func clip(v any, length int) int {
	d := v.(decimal.Decimal)
	switch {
	case d.IsNegative():
		return 0
	case d.GreaterThan(decimal.NewFromInt(int64(length))):
		return length
	}
	return int(d.IntPart())
}

// lenNode counts the characters of a text or the values of a field with several.
func lenNode(at int, name string, args []node) (node, error) {
	if len(args) != 1 {
		return node{}, argumentCount(at, name)
	}
	if args[0].kind != query.Keys {
		if err := want(args[0], query.Text); err != nil {
			return node{}, err
		}
	}
	of := args[0]
	return node{kind: query.Number, at: at, eval: func(e *env) (any, error) {
		v, err := of.eval(e)
		switch x := v.(type) {
		case string:
			return decimal.NewFromInt(int64(utf8.RuneCountInString(x))), err
		case []any:
			return decimal.NewFromInt(int64(len(x))), err
		}
		return nil, err
	}}, nil
}

// concatNode joins values of any kind; unset ones are the empty text.
func concatNode(at int, name string, args []node) (node, error) {
	if len(args) == 0 {
		return node{}, argumentCount(at, name)
	}
	if err := singles(args); err != nil {
		return node{}, err
	}
	return node{kind: query.Text, at: at, eval: func(e *env) (any, error) {
		var b strings.Builder
		for _, a := range args {
			v, err := a.eval(e)
			if err != nil {
				return nil, err
			}
			b.WriteString(toText(v))
		}
		return limitText(b.String())
	}}, nil
}

// containsNode is CONTAINS(text, part), folded for case and width like the
// query operator, or CONTAINS(keys, key). Unset contains nothing.
func containsNode(at int, name string, args []node) (node, error) {
	if len(args) != 2 {
		return node{}, argumentCount(at, name)
	}
	if args[0].kind != query.Keys {
		if err := want(args[0], query.Text); err != nil {
			return node{}, err
		}
	}
	if err := want(args[1], query.Text); err != nil {
		return node{}, err
	}
	value := both(args, func(a, b any) (any, error) {
		keys, ok := a.([]any)
		if !ok {
			return strings.Contains(query.Fold(a.(string)), query.Fold(b.(string))), nil
		}
		if slices.Contains(keys, b) {
			return true, nil
		}
		return false, nil
	})
	return node{kind: query.Bool, at: at, eval: func(e *env) (any, error) {
		v, err := value(e)
		return truth(v), err
	}}, nil
}
