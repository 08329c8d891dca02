package transfer

import (
	"math"
	"strconv"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// clockColumns are the columns of a clock with what their headers say beside its title:
// the due time, the state, and what is left in hours.
var clockColumns = []struct {
	part  string
	title schemas.Title
}{
	{"due", schemas.Title{}},
	{"state", schemas.Title{ZhCN: "状态", En: "state"}},
	{"left", schemas.Title{ZhCN: "剩余小时", En: "hours left"}},
}

var clockStates = map[string]schemas.Title{
	query.ClockRunning: {ZhCN: "进行中", En: "running"},
	query.ClockOverdue: {ZhCN: "已超时", En: "overdue"},
	query.ClockPaused:  {ZhCN: "已暂停", En: "paused"},
	query.ClockStopped: {ZhCN: "已结束", En: "stopped"},
}

// fieldColumns is the column of a field, or those of a clock.
func (x *exporter) fieldColumns(f *model.Field) []exportColumn {
	title := x.title(f)
	if f.Clock == nil {
		return []exportColumn{{key: f.Key, title: title, field: f}}
	}
	var columns []exportColumn
	for _, c := range clockColumns {
		column := exportColumn{key: f.Key, title: title, field: f, part: c.part}
		switch what := c.title.In(x.options.Lang); {
		case c.part == "due":
		case x.options.Keys:
			column.title = f.Key + "." + c.part
		default:
			column.title = title + " · " + what
		}
		columns = append(columns, column)
	}
	return columns
}

// clock shows a part of a clock.
func (x *exporter) clock(c exportColumn, v any) cell {
	value, _ := v.(map[string]any)
	switch part := value[c.part].(type) {
	case float64:
		if !x.options.Keys {
			part = math.Round(part/36) / 100
		}
		return cell{text: strconv.FormatFloat(part, 'f', -1, 64), number: true}
	case string:
		if c.part == "due" {
			return x.instant(part)
		}
		if title, known := clockStates[part]; known && !x.options.Keys {
			return cell{text: title.In(x.options.Lang)}
		}
		return cell{text: part}
	}
	return cell{}
}
