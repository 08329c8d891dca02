package formula

import (
	"time"

	"weft/runtime/query"
	"weft/schemas"
)

// kindNames are the kinds as messages name them.
var kindNames = map[query.Kind]schemas.Title{
	unset:         {ZhCN: "空值", En: "nothing"},
	query.Text:    {ZhCN: "文本", En: "text"},
	query.Number:  {ZhCN: "数字", En: "a number"},
	query.Decimal: {ZhCN: "数字", En: "a number"},
	query.Date:    {ZhCN: "日期", En: "a date"},
	query.Instant: {ZhCN: "时间", En: "a time"},
	query.Bool:    {ZhCN: "是/否", En: "true or false"},
	query.Key:     {ZhCN: "文本", En: "text"},
	query.Keys:    {ZhCN: "多个值", En: "several values"},
}

// want refuses a node of another kind; Number stands for Decimal too, Text for Key.
func want(n node, kind query.Kind) error {
	if isOf(n, kind) {
		return nil
	}
	e := fail(n.at, "formula_wrong_kind", "must be %s, but is %s", kindNames[kind].En, kindNames[n.kind].En)
	return e.with("want", kindNames[kind]).with("have", kindNames[n.kind])
}

func isOf(n node, kind query.Kind) bool {
	return n.kind == unset || family(n.kind) == family(kind)
}

// family merges kinds that mix freely.
func family(k query.Kind) query.Kind {
	switch k {
	case query.Decimal:
		return query.Number
	case query.Key:
		return query.Text
	}
	return k
}

// singles refuses fields with several values.
func singles(nodes []node) error {
	for _, n := range nodes {
		if n.kind == query.Keys {
			e := fail(n.at, "formula_wrong_kind", "must be a single value, but is several")
			return e.with("want", schemas.Title{ZhCN: "单个值", En: "a single value"}).with("have", kindNames[query.Keys])
		}
	}
	return nil
}

// unify finds the one kind that all nodes can have. A text literal that is a
// date becomes one beside dates.
func unify(nodes []node) (query.Kind, []node, error) {
	if err := singles(nodes); err != nil {
		return unset, nil, err
	}
	kind := unset
	for _, n := range nodes {
		switch {
		case kind == unset || n.kind == query.Decimal && kind == query.Number:
			kind = n.kind
		case n.kind == query.Date && family(kind) == query.Text:
			kind = query.Date
		}
	}
	out := make([]node, len(nodes))
	for i, n := range nodes {
		n = asDate(n, kind)
		if err := want(n, kind); err != nil {
			return unset, nil, err
		}
		out[i] = n
	}
	return kind, out, nil
}

// asDate makes a date of a text literal that is one, where a date is wanted.
func asDate(n node, kind query.Kind) node {
	if n.literal == nil || kind != query.Date {
		return n
	}
	if _, err := time.Parse(query.DateLayout, *n.literal); err == nil {
		n.kind = query.Date
	}
	return n
}
