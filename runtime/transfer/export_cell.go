package transfer

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"weft/runtime/query"
	"weft/schemas"
)

const shownTime = "2006-01-02 15:04:05.999"

// cell is one value of an export. Text is written to CSV; the other members are
// the type of the cell in a workbook.
type cell struct {
	text   string
	number bool   // text is a number: never taken for a formula
	layout string // of a text that is a day or a time; "" for others
}

// cell shows a stored value so that an import reads the same again.
func (x *exporter) cell(c exportColumn, v any) cell {
	if v == nil {
		return cell{}
	}
	if c.field == nil {
		return x.systemCell(c.key, v)
	}
	if c.part != "" {
		return x.clock(c, v)
	}
	switch c.field.Def.FieldType {
	case schemas.TypeNumber, schemas.TypeInteger, schemas.TypePercent, schemas.TypeRating:
		if f, ok := v.(float64); ok {
			return cell{text: strconv.FormatFloat(f, 'f', -1, 64), number: true}
		}
	case schemas.TypeCurrency:
		s, _ := v.(string)
		return cell{text: query.FormatDecimal(s), number: true}
	case schemas.TypeDate:
		s, _ := v.(string)
		return cell{text: s, layout: wireDate}
	case schemas.TypeDatetime:
		return x.instant(v)
	case schemas.TypeChoice, schemas.TypeMultiChoice:
		return cell{text: x.choices(c, v)}
	case schemas.TypeRegion:
		return cell{text: x.region(c, v)}
	case schemas.TypeFormula, schemas.TypeRollUp:
		return x.computed(c, v)
	}
	if c.field.Target != nil && !x.options.Keys {
		if id, ok := v.(string); ok {
			return cell{text: x.names.name(c, id)}
		}
	}
	return cell{text: x.plain(c, v)}
}

func (x *exporter) systemCell(key string, v any) cell {
	switch w := v.(type) {
	case float64:
		return cell{text: strconv.FormatFloat(w, 'f', -1, 64), number: true}
	case string:
		if strings.HasSuffix(key, "_at") {
			return x.instant(w)
		}
		return cell{text: w}
	}
	return cell{}
}

// computed shows the value of a formula or roll-up by its kind.
func (x *exporter) computed(c exportColumn, v any) cell {
	switch c.field.Kind {
	case query.Decimal:
		s, _ := v.(string)
		return cell{text: query.FormatDecimal(s), number: true}
	case query.Instant:
		return x.instant(v)
	case query.Date:
		s, _ := v.(string)
		return cell{text: s, layout: wireDate}
	}
	if f, ok := v.(float64); ok {
		return cell{text: strconv.FormatFloat(f, 'f', -1, 64), number: true}
	}
	return cell{text: x.plain(c, v)}
}

// instant shows a time in the organisation's zone, as it is on the wire when
// keys are wanted.
func (x *exporter) instant(v any) cell {
	s, _ := v.(string)
	at, err := time.Parse(time.RFC3339, s)
	if err != nil || x.options.Keys {
		return cell{text: s}
	}
	return cell{text: at.In(x.service.Zone()).Format(shownTime), layout: shownTime}
}

// choices shows titles, unless a title could not be read back.
func (x *exporter) choices(c exportColumn, v any) string {
	items := texts(v)
	if !x.options.Keys {
		for i, key := range items {
			title := x.choiceTitle(c, key)
			if back, p := readChoice(c.field.Def, title); p == nil && back == key {
				items[i] = title
			}
		}
	}
	if c.field.Kind == query.Keys {
		return joinList(items)
	}
	return strings.Join(items, "")
}

func (x *exporter) choiceTitle(c exportColumn, key string) string {
	for _, choice := range c.field.Def.Choices {
		if choice.Key == key {
			return choice.Title.In(x.options.Lang)
		}
	}
	return key
}

// region shows names, unless they could not be read back.
func (x *exporter) region(c exportColumn, v any) string {
	code, _ := v.(string)
	if !x.options.Keys {
		name := c.field.Type.Format(c.field, code, x.options.Lang)
		if back, p := readRegion(name); p == nil && back == code {
			return name
		}
	}
	return code
}

// plain shows texts as they are, lists joined, anything else as JSON.
func (x *exporter) plain(c exportColumn, v any) string {
	switch w := v.(type) {
	case string:
		return w
	case bool:
		if x.options.Keys {
			return strconv.FormatBool(w)
		}
		return c.field.Type.Format(c.field, w, x.options.Lang)
	case []any:
		if items := texts(w); len(items) == len(w) {
			return joinList(items)
		}
	}
	b, err := json.Marshal(c.field.Type.Wire(c.field, v))
	if err != nil {
		return ""
	}
	return string(b)
}

func texts(v any) []string {
	if s, ok := v.(string); ok {
		return []string{s}
	}
	list, _ := v.([]any)
	items := make([]string, 0, len(list))
	for _, x := range list {
		if s, ok := x.(string); ok {
			items = append(items, s)
		}
	}
	return items
}

// joinList writes a list so that splitList reads the same items: joined by
// semicolons, or as a JSON array when an item holds a mark itself.
func joinList(items []string) string {
	for _, item := range items {
		if strings.ContainsFunc(item, isListMark) || strings.TrimSpace(item) != item || strings.HasPrefix(item, "[") {
			b, err := json.Marshal(items)
			if err != nil { // strings always marshal
				panic(err)
			}
			return string(b)
		}
	}
	return strings.Join(items, "; ")
}
