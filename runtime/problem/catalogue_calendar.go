package problem

func init() {
	register(map[string]text{
		"bad_hours":    {"工作时间应为依次的两个时刻，例如 [\"09:00\",\"18:00\"]", "working hours are two times in their order such as [\"09:00\",\"18:00\"], after the hours before them"},
		"never_open":   {"没有任何工作时间", "there are no working hours at all"},
		"bad_calendar": {"工作日历的形式不对，见 docs/settings.md", "this is no calendar: hours and holidays, see docs/settings.md"},
		"bad_holiday":  {"应为 {year} 年的日期，例如 {year}-10-01", "this is no date of {year} such as {year}-10-01"},
	})
}
