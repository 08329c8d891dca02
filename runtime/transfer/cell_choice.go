package transfer

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"weft/runtime/problem"
	"weft/schemas"
)

var booleans = map[string]bool{
	"true": true, "yes": true, "y": true, "1": true, "是": true, "对": true, "真": true, "有": true, "√": true, "✓": true,
	"false": false, "no": false, "n": false, "0": false, "否": false, "错": false, "假": false, "无": false, "×": false, "✗": false,
}

func readBoolean(text string) (any, *problem.Field) {
	v, ok := booleans[strings.ToLower(norm.NFKC.String(text))]
	if !ok {
		return nil, cellProblem("import_not_a_boolean")
	}
	return v, nil
}

// readChoice takes a key or a title in either language, case aside.
func readChoice(f *schemas.Field, text string) (any, *problem.Field) {
	for _, c := range f.Choices {
		if c.Key == text {
			return c.Key, nil
		}
	}
	folded := norm.NFKC.String(text)
	for _, c := range f.Choices {
		for _, t := range []string{c.Title.ZhCN, c.Title.En, c.Key} {
			if t != "" && strings.EqualFold(norm.NFKC.String(t), folded) {
				return c.Key, nil
			}
		}
	}
	return nil, cellProblem("not_a_choice")
}

func readChoices(f *schemas.Field, text string) (any, *problem.Field) {
	items := splitList(text)
	for i, item := range items {
		key, p := readChoice(f, item.(string))
		if p != nil {
			return nil, p
		}
		items[i] = key
	}
	return items, nil
}
