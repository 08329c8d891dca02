package problem

func init() {
	register(map[string]text{
		"field_or_stages":  {"应指定字段或阶段", "name a field or stages"},
		"stage_of_two":     {"多个阶段机都有阶段 {stage}，计时器无法区分", "several stage machines have the stage {stage}: a clock cannot tell these apart"},
		"bad_year":         {"应为四位数的年份", "this is no year of four digits"},
		"holidays_unknown": {"{year} 年的节假日还没有录入，工作日按星期计算", "the holidays of {year} are not known: weekdays count as usual"},
	})
}
