package problem

func init() {
	register(map[string]text{
		"live_too_many_records": {"您的订阅合计最多 {max} 条记录，请减小 limit", "your subscriptions hold at most {max} records in all; use smaller limits"},
		"live_too_slow":         {"查询超过 {seconds} 秒，请缩小范围或为其字段建立索引", "the query took longer than {seconds} s: narrow it, or add an index to its fields"},
	})
}
