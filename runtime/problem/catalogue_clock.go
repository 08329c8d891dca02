package problem

func init() {
	register(map[string]text{
		"field_or_stages":  {"应指定字段或阶段", "name a field or stages"},
		"no_duration":      {"应为大于零的时长，例如 90m、2h、3d、1w、4wh、2wd", "this is no duration above zero such as 90m, 2h, 3d, 1w, 4wh, 2wd"},
		"stage_of_two":     {"多个阶段机都有阶段 {stage}，计时器无法区分", "several stage machines have the stage {stage}: a clock cannot tell these apart"},
		"bad_year":         {"应为四位数的年份", "this is no year of four digits"},
		"holidays_unknown": {"{year} 年的节假日还没有录入，工作日按星期计算", "the holidays of {year} are not known: weekdays count as usual"},
	})
}
