package problem

func init() {
	register(map[string]text{
		"not_a_reference":    {"{field} 不是引用字段", "{field} is not a reference"},
		"not_a_choice_field": {"{field} 不是单选字段", "{field} is not a choice field"},
		"unknown_count":      {"应为 none、capped 或 exact", "must be none, capped or exact"},
		"not_in_row":         {"结果中没有 {field}", "{field} is neither a group nor a metric"},
		"too_many_groups":    {"分组超过 {max} 个，请缩小范围或指定 limit", "makes more than {max} groups; narrow it or give a limit"},
	})
}
